// HTML as a tagged template: whatever is put into it is escaped, unless it is HTML of this kind already.

const template = Symbol('made by html`…`');

export interface Html {
  readonly [template]: string;
}

/** Left out: undefined and false. */
export type Content = string | number | Html | undefined | false | readonly Content[];

/** Values may stand where text may, and in attributes between double quotes; nowhere else. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  const text = parts.reduce((all, part, at) => all + textOf(values[at - 1]) + part);
  return { [template]: text };
}

export function toText(content: Html): string {
  return content[template];
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string' || typeof content === 'number') return escape(String(content));
  return template in content ? content[template] : content.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
