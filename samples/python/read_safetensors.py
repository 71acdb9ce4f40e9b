import json, struct, sys

def load(path):
    """Arrays by name; numpy.asarray(array) is an ordinary numpy array without a copy."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = memoryview(file.read())
    return {name: data[slice(*t["data_offsets"])].cast({"F32": "f", "I64": "q"}[t["dtype"]], t["shape"])
            for name, t in header.items() if name != "__metadata__"}

if __name__ == "__main__":
    for name, array in load(sys.argv[1]).items():
        print(name, array.shape, array[(0,) * array.ndim])
