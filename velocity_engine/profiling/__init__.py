"""Why a template is slow: what each layer shows at a frame, what it changes between frames, and what it costs."""
