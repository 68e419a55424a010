"""Post-training quantisation: a float module and samples become an int8 module and a report.

`quantizer` is the step of the pipeline, from top to bottom: samples are read (`calibration`) and run through
the float module (`model`), methods are tried from the cheapest to the dearest (`methods`), weights made fewer
where that is asked for (`compression`). The pass `InsertQdq` writes the outcome into the module, and `report`
says what it costs. From there on it is the path of any int8 model.
"""
