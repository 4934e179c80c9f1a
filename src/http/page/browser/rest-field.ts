// The field for all other arguments: one JSON object.
import type { FunctionDescription } from '../wire.ts';
import type { Argument } from './call-texts.ts';
import { element } from './element.ts';

type Rest = NonNullable<FunctionDescription['rest']>;

export class RestField {
  readonly element: HTMLElement;
  readonly #rest: Rest;
  readonly #text = element('textarea', {
    id: 'rest',
    rows: 6,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-required': 'true',
    'aria-describedby': 'rest-doc rest-error',
  });
  readonly #error = element('p', { class: 'field-error', id: 'rest-error', role: 'alert' });

  constructor(rest: Rest, changed: () => void) {
    this.#rest = rest;
    const { key, doc } = rest;
    this.element = element(
      'div',
      {
        class: 'field',
        input: () => {
          this.#showMessage('');
          changed();
        },
      },
      element(
        'label',
        { for: 'rest' },
        element('code', {}, key),
        ' ',
        element('span', { class: 'required' }, 'required'),
      ),
      this.#text,
      element('p', { class: 'hint', id: 'rest-doc' }, `One JSON object: ${doc}`),
      this.#error,
    );
  }

  isReadable(): boolean {
    if (this.#text.value.trim() === '' || this.#parsed() !== undefined) return true;
    this.#showMessage('Enter a JSON object.');
    this.#text.focus();
    return false;
  }

  arguments(): readonly Argument[] {
    const { isSecret } = this.#rest;
    return Object.entries(this.#parsed() ?? {}).map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      isSecret,
    }));
  }

  fill(text: string): void {
    this.#text.value = text;
    this.#showMessage('');
  }

  showFault(problem: string): void {
    this.#showMessage(problem);
  }

  focus(): void {
    this.#text.focus({ preventScroll: true });
  }

  #parsed(): Record<string, unknown> | undefined {
    try {
      const parsed: unknown = JSON.parse(this.#text.value);
      const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
      return isObject ? (parsed as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  #showMessage(problem: string): void {
    this.#error.textContent = problem;
    if (problem === '') this.#text.removeAttribute('aria-invalid');
    else this.#text.setAttribute('aria-invalid', 'true');
  }
}
