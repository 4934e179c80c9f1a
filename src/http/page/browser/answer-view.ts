// The answer of a call, in the format that is chosen.
import { answerFormats, type AnswerFormat, type ShellAnswer } from '../wire.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { highlighted } from './highlight.ts';
import { bringIntoView } from './scroll.ts';
import { TableView } from './table-view.ts';

/** Stays as it was chosen when another function is shown. An answer without a list is shown as YAML instead of a table. */
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
  readonly #title = element('h3', { id: 'answer-title', tabindex: -1 }, 'Answer');
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

  /** @param changed called when another format is chosen. */
  constructor(name: string, hasList: boolean, changed: () => void) {
    this.#name = name;
    this.#hasList = hasList;
    const formats = answerFormats.filter((format) => format !== 'table' || hasList);
    const head = element(
      'div',
      { class: 'text-head' },
      this.#title,
      element(
        'fieldset',
        { class: 'segments' },
        element('legend', { class: 'visually-hidden' }, 'Answer as'),
        ...formats.map((format) => this.#choice(format, changed)),
      ),
      copyButton('the answer', () => this.#text()),
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
    return chosen === 'table' && !hasTable ? 'yaml' : chosen;
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
    const kept = answer.isDryRun ? ' Nothing was kept: it was a dry run.' : '';
    this.#status.className = worked ? 'outcome good' : 'outcome failure';
    this.#status.replaceChildren(
      element('b', {}, worked ? 'It worked.' : 'It failed.'),
      worked ? kept : ` ${answer.reason}${kept}`,
      element('span', { class: 'traits' }, ` ${Math.round(milliseconds)} ms`),
    );
    const notes = (texts: readonly string[], kind: string) =>
      texts.map((text) => element('p', { class: `callout ${kind}` }, text));
    this.#notes.replaceChildren(...notes(answer.warnings, 'warning'), ...notes(answer.messages, ''));
    this.#body.hidden = false;
    this.#show();
  }

  /** For whoever works with the keyboard, or hears the page, the answer comes next. */
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
    const { text, isCut } = this.#answer.texts[format];
    this.#code.replaceChildren(...highlighted(format, text));
    this.#cut.hidden = !isCut;
    this.#cut.textContent = `The answer is longer: this is its beginning. Ask for less with a page or a filter, or fetch it all with one of the lines below.`;
    this.#body.replaceChildren(
      element(
        'pre',
        { class: 'answer', tabindex: 0, role: 'region', 'aria-label': 'Text of the answer' },
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
