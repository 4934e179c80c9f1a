// Shows the extensions of a package as fields of an HTML form.
import type { Extension } from './packages.ts';

/** Empty if there are no extensions. */
export function extensionForm(extensions: readonly Extension[]): string {
  if (extensions.length === 0) return '';
  return `<fieldset>\n<legend>Extensions</legend>\n${extensions.map(field).join('')}</fieldset>\n`;
}

function field({ name, value }: Extension): string {
  const [shown, id] = [escapeHtml(name), escapeHtml(`extension-${name}`)];
  const input =
    value === null
      ? `<input type="checkbox" id="${id}" name="${shown}" value="1" checked>`
      : `<input type="text" id="${id}" name="${shown}" value="${escapeHtml(value)}">`;
  return `<div><label for="${id}">${shown}</label> ${input}</div>\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes for text and for quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
