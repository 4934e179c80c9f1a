// A button that copies a text.
import { element } from './element.ts';

const SHOWN_FOR_MS = 2000;

/** @param what the name of the text, for screen readers. */
export function copyButton(what: string, text: () => string): HTMLElement {
  const label = element('span', {}, 'Copy');
  const button = element('button', { type: 'button', class: 'small', 'aria-label': `Copy ${what}` }, label);
  const status = element('span', { class: 'visually-hidden', role: 'status' });
  let timer: number | undefined;
  button.addEventListener('click', () => {
    void copy(text()).then((done) => {
      label.textContent = done ? 'Copied' : 'Not copied';
      status.textContent = done ? `Copied ${what}` : `Your browser did not allow copying ${what}`;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        label.textContent = 'Copy';
        status.textContent = '';
      }, SHOWN_FOR_MS);
    });
  });
  return element('span', { class: 'copy' }, button, status);
}

async function copy(text: string): Promise<boolean> {
  // Browsers provide the clipboard only on pages from HTTPS or the local host.
  if (!window.isSecureContext) return copyBySelection(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const area = element('textarea', { class: 'visually-hidden', readonly: true });
  area.value = text;
  document.body.append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else works without a secure context
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
