#!/usr/bin/env python3
"""Reads a run of `swat train` with the libraries of Python, and writes its checkpoint anew with them.

    check-interchange.py RUN OUT [DTYPE]

The weights of the newest checkpoint in RUN are read with safetensors, compared in name and shape with its config.json, and written to OUT as
DTYPE (float32, bfloat16 or float16), from where `swat generate --checkpoint OUT` reads them. If tensorboard is installed, its reader lists the
scalars of the run's event files.
"""
import json
import pathlib
import shutil
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file


def expected_shapes(config):
    hidden, vocabulary = config["hidden_size"], config["vocab_size"]
    width = hidden // config["num_heads"] * (config["num_kv_heads"] or config["num_heads"])
    shapes = {"model.embeddings.weight": [vocabulary, hidden], "model.norm.weight": [hidden]}
    if not config.get("tie_word_embeddings"):
        shapes["lm_head.weight"] = [vocabulary, hidden]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + "attn_norm.weight": [hidden], prefix + "mlp_norm.weight": [hidden]}
        shapes |= {prefix + f"attn.{name}_proj.weight": [hidden, hidden] for name in "qo"}
        shapes |= {prefix + f"attn.{name}_proj.weight": [width, hidden] for name in "kv"}
    return shapes


def main(run, out, dtype="float32"):
    newest = sorted(pathlib.Path(run).glob("step-*"))[-1]
    config = json.loads((newest / "config.json").read_text())
    weights = load_file(newest / "model.safetensors")
    for name, shape in expected_shapes(config).items():
        assert list(weights[name].shape) == shape, (name, weights[name].shape, shape)
    assert all(torch.isfinite(tensor).all() for tensor in weights.values())
    with safe_open(newest / "model.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt"}, file.metadata()
    state = load_file(newest / "training.safetensors")
    print(f"{newest}: {len(weights)} weights, {sum(t.numel() for t in weights.values())} numbers, {len(state)} tensors of training state")

    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(getattr(torch, dtype)) for name, tensor in weights.items()}, out / "model.safetensors", {"format": "pt"})
    shutil.copy(newest / "config.json", out)
    for tokenizer in newest.glob("tokenizer.*"):
        shutil.copy(tokenizer, out)
    print(f"{out}: written as {dtype}")

    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        print("tensorboard is not installed")
        return
    events = EventAccumulator(str(run))
    events.Reload()
    for tag in events.Tags()["scalars"]:
        scalars = events.Scalars(tag)
        print(f"tensorboard: {tag}: {len(scalars)} values, the last {scalars[-1].value:.6g} at step {scalars[-1].step}")


if __name__ == "__main__":
    main(*sys.argv[1:])
