import weakref

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load, save  # noqa: E402

from archive.weights import find_weights  # noqa: E402
from pipeline.separate.engines.torch import _infer, torch_engine  # noqa: E402
from pipeline.separate.nets.architecture import Architecture  # noqa: E402
from pipeline.separate.nets.unet import Generator, GeneratorSettings  # noqa: E402
from pipeline.separate.page_input import letterbox, normalize, reduce, to_grey  # noqa: E402
from pipeline.separate.separation import full_size  # noqa: E402
from pipeline.synthesis.compose import compose, reduced_pair  # noqa: E402
from pipeline.synthesis.flow import Measure, fill  # noqa: E402
from pipeline.synthesis.pictures import drawn_corpus  # noqa: E402
from pipeline.synthesis.settings import ComposerSettings  # noqa: E402
from pipeline.synthesis.sheet import CAPTION, Sheet  # noqa: E402
from pipeline.synthesis.type import FontBook  # noqa: E402
from pipeline.training.losses import (  # noqa: E402
    CLASS_WEIGHTS,
    dice_loss,
    l1_loss,
    label_map_loss,
    partial_entropy,
)
from pipeline.training.samples import Frame, to_sample  # noqa: E402
from pipeline.training.trainer import Trainer, TrainingSettings  # noqa: E402
from schemas.errors import EngineError  # noqa: E402
from schemas.geometry import Box  # noqa: E402
from schemas.labels import IGNORE, open_label  # noqa: E402
from tests.conftest import draw_page  # noqa: E402

TINY = GeneratorSettings(channels=(8, 12, 16))
SETTINGS = TrainingSettings(steps=80, batch_size=2, warmup_steps=4, bf16=False, learning_rate=3e-3)


@pytest.fixture(scope="module")
def composer(fonts):
    corpus, settings = drawn_corpus(1, pictures=12), ComposerSettings(long_side=192)
    return lambda seed: compose(seed, corpus, fonts, settings)


def batch(seed, size=2):
    rng = np.random.default_rng(seed)
    pages = np.full((size, 1, 64, 48), -1, np.float32)
    labels = np.zeros((size, 64, 48), np.uint8)
    for at in range(size):
        top, left = rng.integers(4, 30, 2)
        pages[at, 0, top : top + 24, left : left + 16] = rng.uniform(0.2, 1, (24, 16))
        labels[at, top : top + 24, left : left + 16] = 1
    return torch.from_numpy(pages), torch.from_numpy(labels)


def test_the_net_answers_at_the_size_of_its_page():
    net = Generator(TINY).eval()
    assert net(torch.zeros(2, 1, 64, 48)).shape == (2, 5, 64, 48)


def test_training_learns_where_pictures_are():
    torch.set_num_threads(1)
    trainer = Trainer(TINY, SETTINGS)
    losses = [trainer.train_step(*batch(n)).reconstruction for n in range(80)]
    assert np.mean(losses[-8:]) < 0.6 * np.mean(losses[:4])


@pytest.mark.parametrize("adversarial", [0.0, 0.05])
def test_a_resumed_training_goes_on_as_if_never_stopped(adversarial):
    settings = TrainingSettings(steps=6, warmup_steps=2, bf16=False, adversarial_weight=adversarial)
    straight, first = Trainer(TINY, settings), Trainer(TINY, settings)
    for n in range(6):
        straight.train_step(*batch(n))
    for n in range(3):
        first.train_step(*batch(n))
    second = Trainer(TINY, settings)
    second.resume(first.state())
    for n in range(3, 6):
        second.train_step(*batch(n))
    ours, theirs = second.state()["average"], straight.state()["average"]
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-6) for name in theirs)


def test_the_discriminator_is_trained_with_the_generator():
    settings = TrainingSettings(steps=3, warmup_steps=1, bf16=False, adversarial_weight=0.1)
    trainer = Trainer(TINY, settings)
    before = {k: v.clone() for k, v in trainer.discriminator.state_dict().items()}
    losses = trainer.train_step(*batch(0))
    assert losses.adversarial > 0 and losses.discriminator > 0
    after = trainer.discriminator.state_dict()
    assert any(not torch.equal(before[k], after[k]) for k in before)


def test_ignored_pixels_count_in_no_loss():
    logits, labels = torch.randn(1, 5, 8, 8), torch.zeros(1, 8, 8, dtype=torch.long)
    labels[:, :4] = IGNORE
    other = logits.clone()
    other[:, :, :4] += 5 * torch.randn(1, 5, 4, 8)
    for loss in (label_map_loss, dice_loss, l1_loss):
        assert loss(logits, labels) == pytest.approx(float(loss(other, labels)), abs=1e-5)


def test_open_labels_demand_only_that_a_pixel_is_of_one_of_their_classes():
    logits = torch.randn(1, 5, 4, 4, requires_grad=True)
    labels = torch.full((1, 4, 4), open_label([0, 2, 3, 4]))
    illustration = logits.detach().softmax(dim=1)[:, 1]
    expected = -torch.log(1 - illustration).mean()
    loss = partial_entropy(logits, labels)
    assert float(loss.detach()) == pytest.approx(float(expected), abs=1e-5)
    (slope,) = torch.autograd.grad(loss, logits)
    assert (slope[:, 1] > 0).all() and (slope[:, [0, 2, 3, 4]] < 0).all()


def test_open_labels_leave_the_ratio_of_their_classes_alone():
    logits, labels = torch.randn(1, 5, 4, 4), torch.full((1, 4, 4), open_label([0, 4]))
    other = logits.clone()
    other[:, [0, 4]] = logits[:, [4, 0]]
    for loss in (label_map_loss, dice_loss, l1_loss):
        assert loss(logits, labels) == pytest.approx(float(loss(other, labels)), abs=1e-5)


def test_whole_labels_have_the_cross_entropy_of_torch():
    logits, labels = torch.randn(2, 5, 8, 8), torch.randint(0, 5, (2, 8, 8))
    labels[0, :3] = IGNORE
    expected = torch.nn.functional.cross_entropy(
        logits, labels, weight=torch.tensor(CLASS_WEIGHTS), ignore_index=IGNORE
    )
    assert float(partial_entropy(logits, labels)) == pytest.approx(float(expected), abs=1e-5)


class Tight(torch.nn.Module):
    """A net with memory for one page, which notes what is left of its earlier attempts."""

    def __init__(self):
        super().__init__()
        self.made, self.left = [], []

    def forward(self, pages):
        self.left.append(sum(made() is not None for made in self.made))
        made = pages * 2
        self.made.append(weakref.ref(made))
        if len(pages) > 1:
            raise torch.OutOfMemoryError
        return made


def test_pages_that_are_too_many_go_in_halves_and_nothing_is_kept_of_the_whole():
    net, pages = Tight(), np.random.default_rng(0).random((4, 5, 8, 8), np.float32)
    result = _infer(net, pages, "cpu")
    assert np.allclose(result, torch.from_numpy(pages * 2).softmax(dim=1).numpy())
    assert net.left == [0] * 7


def test_a_page_is_padded_never_squashed():
    padded, box = letterbox(normalize(reduce(np.zeros((300, 200), np.uint8), 120)), 32)
    assert padded.shape == (128, 96) and (box.height, box.width) == (120, 80)
    assert (padded[120:] == -1).all() and (padded[:, 80:] == -1).all()


def test_composed_truth_travels_with_its_page(composer):
    page = composer(5)
    image, labels = to_sample(page, np.random.default_rng(0), Frame(192, 144))
    assert image.shape == (1, 192, 144) and labels.shape == (192, 144)
    assert set(np.unique(labels.numpy())) <= {0, 1, 2, 3, 4, 255}


@pytest.mark.parametrize("side", [120, 500])
def test_training_sees_a_page_as_the_engine_does(side):
    page = np.random.default_rng(0).integers(0, 255, (side, side * 3 // 4, 3), np.uint8)
    frame = Frame(192, 144, low_scale=1.0, high_scale=1.0, mirror=0.0)
    result = reduced_pair(page, np.zeros(page.shape[:2], np.uint8), 1024)
    image, _ = to_sample(result, np.random.default_rng(0), frame)
    assert np.array_equal(image[0].numpy(), normalize(reduce(to_grey(page), 192)))


def test_the_same_seed_composes_the_same_page(composer):
    result, other = composer(11), composer(11)
    assert np.array_equal(result.page, other.page) and np.array_equal(result.labels, other.labels)
    assert not np.array_equal(composer(12).page, result.page)


def test_the_lines_of_one_text_share_a_face_and_an_inking(fonts, monkeypatch):
    sheet = Sheet(200, 150, np.random.default_rng(3), fonts)
    faces, draw = [], FontBook.strip

    def noted(book, rng, face, *, capitals=False):
        faces.append(face.name)
        return draw(book, rng, face, capitals=capitals)

    monkeypatch.setattr(FontBook, "strip", noted)
    fill(sheet, Box(5, 5, 145, 195), Measure(9, 12, "antiqua"), label=CAPTION)
    assert len(faces) > 10 and len(set(faces)) == 1
    blackest = [sheet.tone[top : top + 12].min() for top in range(5, 180, 12)]
    assert max(blackest) - min(blackest) < 0.2 * 255


def test_lists_and_tables_hold_no_picture_and_plates_do(fonts):
    corpus, covered = drawn_corpus(1, pictures=12), {}
    for kind in ("list", "table", "plate"):
        settings = ComposerSettings(long_side=192, page_kinds={kind: 1.0})
        pages = [compose(seed, corpus, fonts, settings) for seed in range(8)]
        assert {page.kind for page in pages} == {kind}
        covered[kind] = [float((page.labels == 1).mean()) for page in pages]
    assert max(covered["list"]) == 0 == max(covered["table"])
    assert min(covered["plate"]) > 0 and max(covered["plate"]) > 0.2


def test_shipped_weights_give_the_same_map_every_time():
    weights = find_weights("default")
    engine = torch_engine(weights.read(), Architecture(weights.card.channels, 384), device="cpu")
    page = draw_page(3)
    result, other = engine([page])[0], engine([draw_page(4), page])[1]
    assert np.array_equal(result.probabilities, other.probabilities)
    assert result.probabilities.sum(axis=0) == pytest.approx(1, abs=1e-4)
    assert full_size(result, 900, 640).shape == (900, 640)
    assert weights.path.stat().st_size <= 32e6


def test_weights_that_are_not_what_the_card_says_are_refused(tmp_path):
    shipped = find_weights("default")
    (tmp_path / "w.safetensors").write_bytes(shipped.path.read_bytes()[:-1] + b"x")
    (tmp_path / "w.json").write_bytes(shipped.path.with_suffix(".json").read_bytes())
    with pytest.raises(EngineError, match="sha256"):
        find_weights(str(tmp_path / "w.safetensors")).read()
    with pytest.raises(EngineError, match="shipped are .*default"):
        find_weights("nothing")
    with pytest.raises(EngineError, match="disagree|cannot be used"):
        torch_engine(shipped.read(), Architecture((8, 12, 16), 384), device="cpu")


def test_weights_without_their_statistics_are_refused():
    shipped = find_weights("default")
    kept = {name: value for name, value in load(shipped.read()).items() if "running" not in name}
    with pytest.raises(EngineError, match="disagree about .*running"):
        torch_engine(save(kept), Architecture(shipped.card.channels, 384), device="cpu")


def test_a_missing_cuda_device_is_named():
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    weights = find_weights("default")
    with pytest.raises(EngineError, match="device to auto or cpu"):
        torch_engine(weights.read(), Architecture(weights.card.channels, 384), device="cuda")
