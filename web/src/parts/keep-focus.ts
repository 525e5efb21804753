/**
 * Keeps the focus where a person works: when what had it goes away or is switched off (a button
 * that did its work, a form that was sent), the panel around it gets it instead of the page.
 */
export function keepFocus(panel: HTMLElement): () => void {
  let held: Element | null = null;
  const entered = ({ target }: FocusEvent) => {
    held = target instanceof Element && panel.contains(target) ? target : null;
  };
  // A click on something without focus of its own leaves the panel on purpose.
  const pressed = ({ target }: PointerEvent) => {
    if (target instanceof Node && !panel.contains(target)) held = null;
  };
  const observer = new MutationObserver(() => {
    if (!held || (panel.contains(held) && !held.matches(':disabled'))) return;
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || activeElement === held)
      panel.focus({ preventScroll: true });
  });
  document.addEventListener('focusin', entered);
  document.addEventListener('pointerdown', pressed);
  observer.observe(panel, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', entered);
    document.removeEventListener('pointerdown', pressed);
  };
}
