#!/usr/bin/env python3
"""A net in somebody's program: a bundle beside other engines, batch 1.

    shipping.py UNETC GRAPH [-D NAME=VALUE]... [--threads N] [--runs N] [--rounds N]
    shipping.py UNETC GRAPH [-D NAME=VALUE]... --bench       beside `unetc bench --inference-only`

Each engine runs in a process of its own, from its start to its first result and then many times; rounds alternate, and the middle
of each number is shown. Peers are those of the Python that runs this: onnxruntime, openvino, ncnn (converted by pnnx), MNN,
ai_edge_litert (converted by onnx2tf; $ONNX2TF names one elsewhere); what is missing is left out. Their files are made of the ONNX
model that `unetc export` writes. Size is what has to be shipped beside the program: the library (of Python packages the shared
objects) and the model. `--realtime` puts what is measured before all else that the machine does (chrt -f 50); that takes root.
"""
import argparse, glob, json, os, re, subprocess, sys, tempfile, time

FLAGS = "-std=c99 -O3 -fno-tree-vectorize -ffp-contract=off -fno-math-errno -fno-trapping-math -fvisibility=hidden".split()


def shared_objects(*modules):
    """Bytes of the shared objects of installed packages."""
    import importlib.util
    total = 0
    for module in modules:
        spec = importlib.util.find_spec(module)
        if spec.origin and spec.origin.endswith(".so"):
            total += os.path.getsize(spec.origin)
            continue
        for folder in spec.submodule_search_locations or [os.path.dirname(spec.origin)]:
            for path in [folder] + glob.glob(folder + ".libs") + glob.glob(os.path.dirname(folder) + "/" + module + "*.libs"):
                for name, _, files in os.walk(path):
                    total += sum(os.path.getsize(os.path.join(name, f)) for f in files if ".so" in f)
    return total


def peak():
    """The most memory that this process had at once, in KiB. `ru_maxrss` would have that of the process that started it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def measured(prepare, runs):
    start = time.perf_counter()
    run = prepare()
    ready = time.perf_counter()
    run()
    first = time.perf_counter()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    times.sort()
    return {"ready": 1e3 * (ready - start), "first": 1e3 * (first - start), "median": 1e3 * times[len(times) // 2],
            "peak_mib": peak() / 1024}


def peer(name, model, shape, threads, runs):
    """Runs in a process of its own; what is imported counts as start-up."""
    def numbers():
        import numpy
        return (numpy.arange(shape[0] * shape[1] * shape[2], dtype=numpy.float32) % 251 / 250).reshape(1, *shape)

    def onnxruntime_():
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: numbers()}
        return lambda: session.run(None, feed)

    def openvino_():
        import openvino
        core = openvino.Core()
        net = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"})
        request, feed = net.create_infer_request(), numbers()
        return lambda: request.infer([feed])

    def ncnn_():
        import ncnn
        net = ncnn.Net()
        net.opt.num_threads = threads
        net.load_param(model + ".ncnn.param")
        net.load_model(model + ".ncnn.bin")
        feed = ncnn.Mat(numbers()[0])
        def run():
            extractor = net.create_extractor()
            extractor.input("in0", feed)
            return extractor.extract("out0")
        return run

    def mnn_():
        import MNN
        import MNN.nn as nn
        import MNN.numpy as mnp
        config = {"backend": 0, "precision": "high", "numThread": threads}
        runtime = nn.create_runtime_manager((config,))
        net = nn.load_module_from_file(model + ".mnn", [], [], runtime_manager=runtime)
        feed = mnp.array(numbers().reshape(-1).tolist()).reshape([1, *shape])
        return lambda: net.forward(feed).read()

    def tflite_():
        from ai_edge_litert.interpreter import Interpreter
        net = Interpreter(model_path=model + ".tflite", num_threads=threads)
        net.allocate_tensors()
        place, result = net.get_input_details()[0], net.get_output_details()[0]["index"]
        feed = numbers()
        if list(place["shape"]) != list(feed.shape):
            feed = feed.transpose(0, 2, 3, 1).copy()
        def run():
            net.set_tensor(place["index"], feed)
            net.invoke()
            return net.get_tensor(result)
        return run

    prepare, packages, files = {
        "onnxruntime": (onnxruntime_, ["onnxruntime"], [""]),
        "openvino": (openvino_, ["openvino"], [""]),
        "ncnn": (ncnn_, ["ncnn"], [".ncnn.param", ".ncnn.bin"]),
        "mnn": (mnn_, ["MNN", "_mnncengine"], [".mnn"]),
        "tflite": (tflite_, ["ai_edge_litert"], [".tflite"]),
    }[name]
    result = measured(prepare, runs)
    result["size_mib"] = (shared_objects(*packages) + sum(os.path.getsize(model + f) for f in files)) / 1048576
    print(json.dumps(result))


def bundle(unetc, graph, definitions, folder):
    """Builds the bundle's library for this machine and a program around it."""
    subprocess.run([unetc, "bundle", graph, *definitions, "--tile", "none", "--output", folder + "/bundle"], check=True,
                   stdout=subprocess.DEVNULL)
    base = folder + "/bundle"
    net = os.path.basename(glob.glob(base + "/*.pc")[0])[:-3]
    objects, jobs = [], []
    for source in sorted(glob.glob(base + "/*.c") + glob.glob(base + "/kernels/*/*.c")):
        target = re.search(r"kernels/([^/]*)/", source)
        march = {None: [], "x86-64": [], "x86-64-v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"]}.get(
            target and target.group(1), ["-march=" + target.group(1)] if target else [])
        objects.append(f"{folder}/{len(objects)}.o")
        jobs.append(["cc", *FLAGS, *march, "-fPIC", "-c", source, "-o", objects[-1]])
    running = []
    for job in jobs:
        if len(running) == 2:
            running.pop(0).wait()
        running.append(subprocess.Popen(job))
    for process in running:
        process.wait()
    library = f"{folder}/lib{net}.so"
    subprocess.run(["cc", "-shared", "-s", "-o", library, *objects, "-lm"], check=True)
    header = open(f"{base}/{net}.h").read()
    sizes = {name: int(re.search(rf"{net.upper()}_{name} (\d+)", header).group(1)) for name in
             ["CHANNELS", "HEIGHT", "WIDTH", "OUTPUT_CHANNELS", "OUTPUT_HEIGHT", "OUTPUT_WIDTH"]}
    program = folder + "/shipping"
    subprocess.run(["cc", "-O2", f"-DNET={net}", f"-DINPUTS={sizes['CHANNELS'] * sizes['HEIGHT'] * sizes['WIDTH']}",
                    f"-DOUTPUTS={sizes['OUTPUT_CHANNELS'] * sizes['OUTPUT_HEIGHT'] * sizes['OUTPUT_WIDTH']}",
                    "-include", f"{base}/{net}.h", os.path.dirname(os.path.abspath(__file__)) + "/shipping.c", library,
                    "-o", program, "-lpthread", f"-Wl,-rpath,{folder}"], check=True)
    size = (os.path.getsize(library) + os.path.getsize(f"{base}/{net}.weights")) / 1048576
    return program, f"{base}/{net}.weights", [sizes["CHANNELS"], sizes["HEIGHT"], sizes["WIDTH"]], size


def converted(name, model, shape, folder):
    """Makes a peer's files of the ONNX model; whether it could."""
    def call(*words):
        subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    programs = os.path.dirname(sys.executable)
    if name == "mnn":
        call(programs + "/mnnconvert", "-f", "ONNX", "--modelFile", model, "--MNNModel", model + ".mnn", "--bizCode", "net")
        return os.path.exists(model + ".mnn")
    if name == "ncnn" and os.path.exists(programs + "/pnnx"):
        call(programs + "/pnnx", model, f"inputshape=[1,{shape[0]},{shape[1]},{shape[2]}]", "fp16=0")
        for end in ["param", "bin"]:
            if os.path.exists(f"{folder}/net.ncnn.{end}"):
                os.rename(f"{folder}/net.ncnn.{end}", f"{model}.ncnn.{end}")
        return os.path.exists(model + ".ncnn.param")
    if name == "tflite":
        program = os.environ.get("ONNX2TF", programs + "/onnx2tf")
        if not os.path.exists(program):
            return False
        # It takes a batch that has no name, and tries pictures that it would otherwise download.
        import numpy
        import onnx
        net = onnx.load(model)
        for value in [*net.graph.input, *net.graph.output, *net.graph.value_info]:
            for side in value.type.tensor_type.shape.dim:
                if side.dim_param:
                    side.dim_value = 1
        onnx.save(net, model + ".one.onnx")
        numpy.save(folder + "/calibration_image_sample_data_20x128x128x3_float32.npy",
                   numpy.random.default_rng(1).random((20, 128, 128, 3), numpy.float32))
        call(program, "-i", model + ".one.onnx", "-o", folder + "/tflite", "--disable_strict_mode")
        made = glob.glob(folder + "/tflite/*float32.tflite")
        if made:
            os.rename(made[0], model + ".tflite")
        return bool(made)
    return name in ["onnxruntime", "openvino"]


def peers(model, shape, folder):
    """Those that are here and take the model."""
    import importlib.util
    found = []
    for name, module in [("onnxruntime", "onnxruntime"), ("openvino", "openvino"), ("ncnn", "ncnn"), ("mnn", "MNN"),
                         ("tflite", "ai_edge_litert")]:
        if importlib.util.find_spec(module) is None:
            print(f"{name}: not installed", file=sys.stderr)
        elif not converted(name, model, shape, folder):
            print(f"{name}: no converter, or it fails", file=sys.stderr)
        else:
            found.append(name)
    return found


def ahead(options):
    return ["chrt", "-f", "50"] if options.realtime else []


def beside_bench(options, definitions, program, weights):
    """The bundle's run beside the compiler's own measurement of the same net."""
    found = {"bundle": [], "bench": []}
    bench = ahead(options) + [options.unetc, "bench", options.graph, *definitions, "--batch", "1", "--threads", str(options.threads),
             "--runs", str(options.runs), "--inference-only", "--json"]
    for _ in range(options.rounds):
        command = [program, weights, str(options.runs), str(options.threads)]
        run = subprocess.run(ahead(options) + command, check=True, capture_output=True)
        found["bundle"].append(json.loads(run.stdout)["median"])
        run = subprocess.run(bench, check=True, capture_output=True)
        found["bench"].append(json.loads(run.stdout)["inference"]["median_ms"])
    ratios = sorted(a / b for a, b in zip(found["bundle"], found["bench"]))
    for name, times in found.items():
        print(f"{name}: {min(times):.4f} to {max(times):.4f} ms, the middle {sorted(times)[len(times) // 2]:.4f}")
    print(f"bundle / bench: the middle of {len(ratios)} rounds {ratios[len(ratios) // 2]:.3f}, of the fastest medians "
          f"{min(found['bundle']) / min(found['bench']):.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("unetc")
    parser.add_argument("graph")
    parser.add_argument("-D", action="append", default=[])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("--realtime", action="store_true")
    options = parser.parse_args()
    definitions = [word for d in options.D for word in ("-D", d)]
    folder = tempfile.mkdtemp(prefix="unetc-shipping-")
    program, weights, shape, size = bundle(options.unetc, options.graph, definitions, folder)
    if options.bench:
        return beside_bench(options, definitions, program, weights)
    model = folder + "/net.onnx"
    subprocess.run([options.unetc, "export", options.graph, *definitions, "--onnx", model], check=True, stderr=subprocess.DEVNULL)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    engines = ["unetc"] + peers(model, shape, folder)
    found = {name: [] for name in engines}
    for _ in range(options.rounds):
        for name in engines:
            if name == "unetc":
                command = [program, weights, str(options.runs), str(options.threads)]
            else:
                command = [sys.executable, os.path.abspath(__file__), "--peer", name, model, json.dumps(shape),
                           str(options.threads), str(options.runs)]
            run = subprocess.run(ahead(options) + command, env=environment, capture_output=True, text=True)
            if run.returncode != 0:
                print(f"{name}: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
                continue
            found[name].append(json.loads(run.stdout.strip().splitlines()[-1]))
    print(f"| engine | size, MiB | ready, ms | first result, ms | a picture, ms | peak, MiB |\n|---|---|---|---|---|---|")
    for name in engines:
        rows = found[name]
        if not rows:
            continue
        middle = lambda key: sorted(row[key] for row in rows)[len(rows) // 2]
        shipped = size if name == "unetc" else middle("size_mib")
        print(f"| {name} | {shipped:.2f} | {middle('ready'):.1f} | {middle('first'):.1f} | {middle('median'):.2f} | {middle('peak_mib'):.0f} |")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--peer":
        peer(sys.argv[2], sys.argv[3], json.loads(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6]))
    else:
        main()
