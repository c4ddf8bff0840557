"""What callers give, in any of the forms that Python has for it, checked and made into files of this machine."""
