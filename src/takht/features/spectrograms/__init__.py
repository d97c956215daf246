"""Log-mel spectrograms and MFCCs, their augmentation and their pictures."""
