"""The page in the browser: its application (app), what it is sent (upload), who may ask it (access), a model's layers
(layers), and page/.
"""
