"""The 3-D picture of the body: scene, muscles, camera, off-screen rendering, video. No windows here."""
