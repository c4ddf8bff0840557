// Films play by themselves, but not for those who asked their system for less motion.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  for (const film of document.querySelectorAll("video[autoplay]")) {
    film.autoplay = false;
    film.pause();
  }
}
