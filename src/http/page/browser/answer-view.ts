// The response of a call, in the selected format.
import { shownFormats, type AnswerFormat, type ShellAnswer } from '../wire.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { highlighted } from './highlight.ts';
import { planItems } from './plan-items.ts';
import { bringIntoView } from './scroll.ts';
import { service } from './session.ts';
import { TableView } from './table-view.ts';

const textFormats = shownFormats[service];

/** Kept when another function is shown. A response without a list has no table. */
let chosen: AnswerFormat = 'table';

const labels: Readonly<Record<AnswerFormat, string>> = {
  table: 'Table',
  yaml: 'YAML',
  json: 'JSON',
  xml: 'XML',
};

export class AnswerView {
  readonly element: HTMLElement;
  readonly #name: string;
  readonly #hasList: boolean;
  readonly #title = element('h3', { id: 'answer-title', tabindex: -1 }, 'Response');
  readonly #status = element(
    'p',
    { class: 'outcome', role: 'status' },
    element('span', { class: 'hint' }, 'Not run yet.'),
  );
  readonly #notes = element('div', { class: 'notes' });
  readonly #body = element('div', { hidden: true });
  readonly #code = element('code');
  readonly #cut = element('p', { class: 'callout warning', hidden: true });
  #answer: ShellAnswer | undefined;
  #table: TableView | undefined;

  /** @param changed called when another format is selected. */
  constructor(name: string, hasList: boolean, changed: () => void) {
    this.#name = name;
    this.#hasList = hasList;
    const formats: readonly AnswerFormat[] = hasList ? ['table', ...textFormats] : textFormats;
    const head = element(
      'div',
      { class: 'text-head' },
      this.#title,
      element(
        'fieldset',
        { class: 'segments' },
        element('legend', { class: 'visually-hidden' }, 'Format'),
        ...formats.map((format) => this.#choice(format, changed)),
      ),
      copyButton('the response', () => this.#text()),
    );
    this.element = element(
      'section',
      { class: 'card answer-card', 'aria-labelledby': 'answer-title' },
      head,
      this.#status,
      this.#notes,
      this.#body,
    );
  }

  /** The format that an answer is shown in. */
  get format(): AnswerFormat {
    const hasTable = this.#answer === undefined ? this.#hasList : this.#answer.table !== undefined;
    return chosen === 'table' && !hasTable ? textFormats[0] : chosen;
  }

  wait(): void {
    this.#status.className = 'outcome';
    this.#status.textContent = 'Running…';
    this.#notes.replaceChildren();
    this.#body.hidden = true;
  }

  clear(): void {
    this.#status.replaceChildren();
  }

  take(answer: ShellAnswer, milliseconds: number): void {
    this.#answer = answer;
    this.#table = answer.table && new TableView(this.#name, answer.table);
    const worked = answer.result === 1;
    const kept = answer.isDryRun ? ' This was a dry run. No changes were saved.' : '';
    this.#status.className = worked ? 'outcome good' : 'outcome failure';
    this.#status.replaceChildren(
      element('b', {}, worked ? 'Success.' : 'Failed.'),
      worked ? kept : ` ${answer.reason}${kept}`,
      element('span', { class: 'traits' }, ` ${Math.round(milliseconds)} ms`),
    );
    this.#notes.replaceChildren(
      ...answer.warnings.map((text) => element('p', { class: 'callout warning' }, text)),
      ...(answer.messages.length === 0 ? [] : [messagesOf(answer.messages)]),
    );
    this.#body.hidden = false;
    this.#show();
  }

  /** Moves the focus to the response, for users of keyboards and screen readers. */
  bringIntoView(): void {
    bringIntoView(this.element);
    this.#title.focus({ preventScroll: true });
  }

  #choice(format: AnswerFormat, changed: () => void): HTMLElement {
    const radio = element('input', {
      type: 'radio',
      name: 'format',
      value: format,
      checked: format === this.format,
    });
    radio.addEventListener('change', () => {
      chosen = format;
      this.#show();
      changed();
    });
    return element('label', {}, radio, element('span', {}, labels[format]));
  }

  #show(): void {
    if (this.#answer === undefined) return;
    const { format } = this;
    if (format === 'table') {
      this.#body.replaceChildren(...(this.#table === undefined ? [] : [this.#table.element]));
      return;
    }
    const { text = '', isCut = false } = this.#answer.texts[format] ?? {};
    this.#code.replaceChildren(...highlighted(format, text));
    this.#cut.hidden = !isCut;
    this.#cut.textContent =
      `Only the beginning of the response is shown. Use paging or a filter to get less, or get ` +
      `the whole response with one of the commands below.`;
    this.#body.replaceChildren(
      element(
        'pre',
        { class: 'answer', tabindex: 0, role: 'region', 'aria-label': 'Text of the response' },
        this.#code,
      ),
      this.#cut,
    );
  }

  #text(): string {
    const isTable = this.format === 'table' && this.#table !== undefined;
    return isTable ? (this.#table?.text() ?? '') : this.#code.textContent;
  }
}

function messagesOf(messages: readonly string[]): HTMLElement {
  const [only = ''] = messages;
  if (messages.length === 1) return element('p', { class: 'callout' }, only);
  return element(
    'div',
    // It scrolls, so the keyboard must reach it.
    { class: 'callout plan', tabindex: 0, role: 'region', 'aria-label': 'Messages' },
    planItems(messages),
  );
}
