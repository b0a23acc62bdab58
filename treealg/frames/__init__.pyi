from treealg.frames.features import features as features
from treealg.frames.mapper import FeatureFunction as FeatureFunction
