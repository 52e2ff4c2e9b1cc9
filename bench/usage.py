"""What processes use: CPU time and memory, each with everything it started."""

from collections.abc import Mapping
from contextlib import suppress

import psutil

MB = 1_000_000


def cpu_ms(processes: Mapping[str, int]) -> dict[str, float]:
    """CPU time so far of each process and its descendants, also of those that have ended."""
    return {name: sum(map(_cpu_ms, _family(pid))) for name, pid in processes.items()}


def own_cpu_ms() -> dict[str, float]:
    """CPU time so far of us who measure, Telegram's stand-in included, without what we started."""
    times = psutil.Process().cpu_times()
    return {"bench": 1000 * (times.user + times.system)}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before}


def memory_mb(processes: Mapping[str, int]) -> dict[str, float]:
    """Memory of each process and its descendants; a shared page counts once (PSS).

    Too low while another installation runs on this machine: the libraries are shared with it.
    """
    return {name: sum(map(_memory_mb, _family(pid))) for name, pid in processes.items()}


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in values.items()}


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _cpu_ms(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return 1000 * (times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _memory_mb(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().pss) / MB
    return 0.0
