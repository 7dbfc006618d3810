@_exported import Bounds
@_exported import Formats
@_exported import Networks
@_exported import RobustTraining
@_exported import Tensors
