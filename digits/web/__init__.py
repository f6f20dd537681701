"""The page in the browser: its application (app), who may ask it (access), a model's layers (layers), and page/."""
