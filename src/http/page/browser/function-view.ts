// A function in the API Shell: its help, the form, the answer, and the call as it is written elsewhere.
import type { FunctionDescription, ShellAnswer } from '../wire.ts';
import { AnswerView } from './answer-view.ts';
import { CallForm } from './call-form.ts';
import { commandLine, curlLine, requestBody, url, type Place } from './call-texts.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { functionHelp } from './function-help.ts';
import { highlighted } from './highlight.ts';
import { during } from './notice.ts';
import { request, user } from './session.ts';

export class FunctionView {
  readonly elements: readonly HTMLElement[];
  readonly #fn: FunctionDescription;
  readonly #title: HTMLHeadingElement;
  readonly #form: CallForm;
  readonly #answer = new AnswerView();
  readonly #texts = {
    command: element('code', { id: 'as-command' }),
    curl: element('code', { id: 'as-curl' }),
    url: element('code', { id: 'as-url' }),
  };

  constructor(fn: FunctionDescription) {
    this.#fn = fn;
    this.#title = element('h2', { tabindex: -1 }, element('code', {}, fn.name));
    this.#form = new CallForm(fn, { changed: () => this.#write(), run: (button) => this.#run(button) });
    const help = functionHelp(fn, (example) => this.#form.fill(example));
    this.elements = [
      element('section', { class: 'card' }, this.#title, ...help),
      this.#form.element,
      this.#answer.element,
      this.#elsewhere(),
    ];
    this.#write();
  }

  focus(): void {
    this.#title.focus({ preventScroll: true });
    const { top } = this.#title.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) this.elements[0]?.scrollIntoView();
  }

  #elsewhere(): HTMLElement {
    const { command, curl, url: address } = this.#texts;
    const rows = [
      { title: 'On the command line', what: 'the command line', text: command },
      { title: 'With curl', what: 'the curl command', text: curl },
      { title: 'As a URL', what: 'the URL', text: address },
    ];
    return element(
      'section',
      { class: 'card', 'aria-labelledby': 'elsewhere' },
      element('h3', { id: 'elsewhere' }, 'The same call elsewhere'),
      element(
        'p',
        { class: 'hint' },
        'TOKEN stands for an API token (',
        element('a', { href: '#api_token_create' }, 'api_token_create'),
        '). Secret values are not written out: put them into the files that the command line names, and in the place of the words in capitals.',
      ),
      ...rows.flatMap(({ title, what, text }) => [
        element(
          'div',
          { class: 'text-head' },
          element('h4', {}, title),
          copyButton(what, () => text.textContent),
        ),
        element('pre', { class: 'wrapped' }, text),
      ]),
    );
  }

  #write(): void {
    const call = this.#form.call();
    const place: Place = { user, origin: location.origin, showsSecrets: this.#form.showsSecrets() };
    this.#texts.command.replaceChildren(...highlighted('bash', commandLine(call, place)));
    this.#texts.curl.replaceChildren(...highlighted('bash', curlLine(call, place)));
    this.#texts.url.textContent = url(call, place);
    this.#answer.show(call.format);
  }

  async #run(button: HTMLButtonElement): Promise<void> {
    if (!this.#form.isReadable()) return;
    const call = this.#form.call();
    await during(button, this.#form.error, async () => {
      const began = performance.now();
      this.#answer.wait();
      try {
        const path = `api-shell/call/${encodeURIComponent(this.#fn.name)}`;
        const answer = await request<ShellAnswer>(path, requestBody(call));
        this.#answer.take(answer, performance.now() - began, this.#form.call().format);
      } catch (error) {
        this.#answer.clear();
        throw error;
      }
    });
  }
}
