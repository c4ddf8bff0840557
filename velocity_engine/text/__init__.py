"""Text: fonts are matched, characters shaped, lines laid out, and animators change them frame by frame.

``fonts`` finds the faces, ``shaping`` (HarfBuzz) turns paragraphs into clusters of glyphs, ``layout`` and ``fit`` give
every cluster its position, ``selectors`` and ``animators`` say how much each is changed, ``on_path`` bends the line
along a mask, ``cluster_matrices`` makes a matrix of it for every cluster, and ``drawing`` the draw commands.
"""
