"""Coarser bones for machines whose processor draws: a third of the triangles, hardly visible."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import mujoco
import numpy as np

CELL = 0.006
"""Vertices closer than about this are merged [m]."""
_SMALL = 500
"""Meshes of fewer faces stay as they are."""
_ARRAYS = ("mesh_vert", "mesh_normal", "mesh_face", "mesh_facenormal", "mesh_facenum")


@contextlib.contextmanager
def coarse_meshes(model: mujoco.MjModel, cell: float = CELL) -> Iterator[None]:
    """Meshes of ``model`` are coarse inside this context, for ``MjrContext`` to upload them.

    They are restored afterwards, because picking with the mouse searches a tree over all faces.
    """
    saved = {name: getattr(model, name).copy() for name in _ARRAYS}
    try:
        for mesh in range(model.nmesh):
            if model.mesh_facenum[mesh] >= _SMALL:
                _coarsen(model, mesh, cell)
        yield
    finally:
        for name, array in saved.items():
            getattr(model, name)[:] = array


def _coarsen(model: mujoco.MjModel, mesh: int, cell: float) -> None:
    """Vertex clustering (Rossignac & Borrel 1993), sides of thin parts kept apart by their normals."""
    first, n = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    vertices = model.mesh_vert[int(model.mesh_vertadr[mesh]) :]
    normals = model.mesh_normal[int(model.mesh_normaladr[mesh]) :]
    face = model.mesh_face[first : first + n].copy()
    corner_vertex, corner_normal = (
        face.reshape(-1),
        model.mesh_facenormal[first : first + n].reshape(-1).copy(),
    )
    position, direction = vertices[corner_vertex].copy(), normals[corner_normal].copy()
    axis = np.abs(direction).argmax(axis=1)
    side = 2 * axis + (direction[np.arange(len(axis)), axis] > 0)
    key = np.concatenate([np.floor(position / cell).astype(np.int64), side[:, None]], axis=1)
    # One number per cluster: cells are counted from the mesh's corner, 2^16 per axis.
    key[:, :3] -= key[:, :3].min(axis=0)
    number = ((key[:, 0] * 65536 + key[:, 1]) * 65536 + key[:, 2]) * 8 + key[:, 3]
    _, index, cluster = np.unique(number, return_index=True, return_inverse=True)
    vertices[corner_vertex[index]] = _cluster_mean(position, cluster)
    mean = _cluster_mean(direction, cluster)
    normals[corner_normal[index]] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    corners = cluster.reshape(-1, 3)
    whole = (
        (corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2]) & (corners[:, 0] != corners[:, 2])
    )
    kept = corners[whole]
    model.mesh_face[first : first + len(kept)] = corner_vertex[index][kept]
    model.mesh_facenormal[first : first + len(kept)] = corner_normal[index][kept]
    model.mesh_facenum[mesh] = len(kept)


def _cluster_mean(values: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    count = np.bincount(cluster)
    return np.stack([np.bincount(cluster, values[:, c]) / count for c in range(3)], axis=1)
