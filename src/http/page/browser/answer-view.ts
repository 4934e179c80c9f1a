// The answer of a call, in the format that is chosen.
import type { ShellAnswer, ShownFormat } from '../wire.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { highlighted } from './highlight.ts';

export class AnswerView {
  readonly element: HTMLElement;
  readonly #status = element('p', { class: 'outcome', role: 'status' });
  readonly #body = element('div', { hidden: true });
  readonly #code = element('code');
  readonly #cut = element('p', { class: 'callout warning', hidden: true });
  #answer: ShellAnswer | undefined;
  #shown: ShownFormat | undefined;

  constructor() {
    this.#body.append(
      element(
        'pre',
        { class: 'answer', tabindex: 0, role: 'region', 'aria-label': 'Text of the answer' },
        this.#code,
      ),
      this.#cut,
    );
    const head = element(
      'div',
      { class: 'text-head' },
      element('h3', { id: 'answer-title' }, 'Answer'),
      copyButton('the answer', () => this.#code.textContent),
    );
    this.element = element(
      'section',
      { class: 'card answer-card', 'aria-labelledby': 'answer-title', hidden: true },
      head,
      this.#status,
      this.#body,
    );
  }

  wait(): void {
    this.#status.className = 'outcome';
    this.#status.textContent = 'Running…';
    this.#body.hidden = true;
    this.element.hidden = false;
  }

  clear(): void {
    this.element.hidden = true;
  }

  take(answer: ShellAnswer, milliseconds: number, format: ShownFormat): void {
    this.#answer = answer;
    this.#shown = undefined;
    const worked = answer.result === 1;
    const kept = answer.isDryRun ? ' Nothing was kept: it was a dry run.' : '';
    this.#status.className = worked ? 'outcome good' : 'outcome failure';
    this.#status.replaceChildren(
      element('b', {}, worked ? 'It worked.' : 'It failed.'),
      worked ? kept : ` ${answer.reason}${kept}`,
      element('span', { class: 'traits' }, ` ${Math.round(milliseconds)} ms`),
    );
    this.#body.hidden = false;
    this.show(format);
    this.element.scrollIntoView({ block: 'nearest' });
  }

  show(format: ShownFormat): void {
    if (this.#answer === undefined || this.#shown === format) return;
    this.#shown = format;
    const { text, isCut } = this.#answer.texts[format];
    this.#code.replaceChildren(...highlighted(format, text));
    this.#cut.hidden = !isCut;
    this.#cut.textContent = `The answer is longer: this is its beginning. Ask for less with a page or a filter, or fetch it all with one of the lines below.`;
  }
}
