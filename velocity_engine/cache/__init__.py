"""Work that was done before: encoded segments and finished videos, kept by what decides their bytes."""
