from treealg.frames.features import features as features
