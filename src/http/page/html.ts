// HTML as a tagged template. Values are escaped unless they are the result of such a template.

const template = Symbol('made by html`…`');

export interface Html {
  readonly [template]: string;
}

/** Undefined and false are omitted. */
export type Content = string | number | Html | undefined | false | readonly Content[];

/** Values are only allowed as text and in attributes between double quotes. */
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
