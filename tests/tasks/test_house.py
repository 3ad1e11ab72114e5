from pathlib import Path

import pytest

import archive
import pipeline
import schemas
import tasks


@pytest.mark.parametrize("package", [archive, pipeline, schemas, tasks])
def test_generic_names_resolve_to_this_checkout(package):
    assert Path(package.__file__).parents[1] == Path(__file__).parents[2]
