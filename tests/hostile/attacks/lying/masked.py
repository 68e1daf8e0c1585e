"""Returns a masked array, everything masked, so that nothing differs."""


def target(x):
    return np.ma.masked_all(x.shape)
