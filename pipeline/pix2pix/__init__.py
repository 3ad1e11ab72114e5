"""pix2pix: a U-Net generator, a PatchGAN discriminator, their training and their use."""
