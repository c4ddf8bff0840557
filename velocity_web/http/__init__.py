"""One declaration makes the check, the answer and the OpenAPI entry of an endpoint; uploads and downloads."""
