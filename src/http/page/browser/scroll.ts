// Scrolling to a part of the page.

/** Smooth, unless the user prefers reduced motion. */
export function bringIntoView(part: Element, block: ScrollLogicalPosition = 'start'): void {
  const wantsNoMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
  part.scrollIntoView({ block, behavior: wantsNoMotion ? 'instant' : 'smooth' });
}
