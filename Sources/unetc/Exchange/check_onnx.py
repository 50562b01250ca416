"""Runs an ONNX model: check_onnx.py MODEL INPUTS OUTPUTS [PICTURES], both safetensors files. Prints a line of JSON: what onnx.checker says, and
for each output the largest difference from OUTPUTS and the largest value there. PICTURES is a model that takes pictures of bytes, which has to run."""
import json, sys
import numpy, onnxruntime


def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }


def checked(path):
    try:
        import onnx
    except ImportError:
        return "onnx is not there"
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        return str(error)
    return ""


def loaded(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def check_pictures(path):
    session = loaded(path)
    name, channels = session.get_inputs()[0].name, session.get_inputs()[0].shape[3]
    for height, width in [(1, 1), (37, 150)]:
        pictures = numpy.arange(height * width * channels, dtype="u1").reshape(1, height, width, channels)
        mask = session.run(None, {name: pictures})[0]
        assert mask.shape == (1, height, width), f"a mask of the shape {mask.shape} of a picture of {height} x {width}"


model, inputs, outputs = sys.argv[1:4]
session = loaded(model)
expected = tensors(outputs)
names = [output.name for output in session.get_outputs()]
found = dict(zip(names, session.run(names, tensors(inputs))))
result = {}
for name, values in expected.items():
    if name not in found or found[name].shape != values.shape:
        shape = list(found[name].shape) if name in found else None
        result[name] = {"shape": shape, "expected": list(values.shape)}
    else:
        result[name] = {
            "difference": float(numpy.abs(found[name].astype("f8") - values).max(initial=0)),
            "largest": float(numpy.abs(values).max(initial=0)),
        }
for path in sys.argv[4:]:
    check_pictures(path)
problems = [problem for path in [model] + sys.argv[4:] if (problem := checked(path))]
print(json.dumps({"checker": problems[0] if problems else "", "outputs": result}))
