// A function in the API Shell: its help, the form, the response, and the call for scripts.
import type { FunctionDescription, ShellAnswer } from '../wire.ts';
import { AnswerView } from './answer-view.ts';
import { CallForm } from './call-form.ts';
import { commandLine, curlLine, requestBody, url, type Place, type ShellCall } from './call-texts.ts';
import { confirmed } from './confirmation.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { functionHelp } from './function-help.ts';
import { highlighted } from './highlight.ts';
import { withIdentity } from './identity.ts';
import { during } from './notice.ts';
import { planItems } from './plan-items.ts';
import { CONFIRMATION_REQUIRED, request, RequestFailed, service, user } from './session.ts';

/** The functions that create API tokens. */
const TOKENS = { whostmgrd: 'api_token_create', cpaneld: 'Tokens::create_full_access' } as const;

export class FunctionView {
  readonly elements: readonly HTMLElement[];
  readonly #fn: FunctionDescription;
  readonly #title: HTMLHeadingElement;
  readonly #form: CallForm;
  readonly #answer: AnswerView;
  readonly #texts = {
    command: element('code', { id: 'as-command' }),
    curl: element('code', { id: 'as-curl' }),
    url: element('code', { id: 'as-url' }),
  };

  constructor(fn: FunctionDescription) {
    this.#fn = fn;
    this.#title = element('h2', { tabindex: -1 }, element('code', {}, fn.name));
    this.#form = new CallForm(fn, { changed: () => this.#write(), run: (button) => this.#run(button) });
    this.#answer = new AnswerView(fn.name, fn.list !== undefined, () => this.#write());
    const help = functionHelp(fn, (example) => this.#form.fill(example));
    this.elements = [
      element('section', { class: 'card' }, this.#title, ...help),
      this.#form.element,
      this.#form.bar,
      this.#answer.element,
      this.#elsewhere(),
    ];
    this.#write();
  }

  fill(args: Readonly<Record<string, string>>): void {
    this.#form.fill({ args });
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
      element('h3', { id: 'elsewhere' }, 'The same call for scripts'),
      element(
        'p',
        { class: 'hint' },
        'TOKEN stands for an API token (',
        element('a', { href: `#${TOKENS[service]}` }, TOKENS[service]),
        '). Secret values are not shown: replace the words in capitals, or put each secret into the file that the ' +
          'command names.',
        service === 'cpaneld' &&
          ' The command prints this response as “result”, with the name of the function.',
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
    const call = this.#form.call(this.#answer.format);
    const place: Place = {
      ...{ service, user, origin: location.origin },
      showsSecrets: this.#form.showsSecrets(),
    };
    this.#texts.command.replaceChildren(...highlighted('bash', commandLine(call, place)));
    this.#texts.curl.replaceChildren(...highlighted('bash', curlLine(call, place)));
    this.#texts.url.textContent = url(call, place);
  }

  async #run(button: HTMLButtonElement): Promise<void> {
    if (!this.#form.isReadable()) return;
    const call = this.#form.call(this.#answer.format);
    await during(button, this.#form.error, async () => {
      this.#form.clearFaults();
      if (this.#fn.destructive !== undefined && !call.isDryRun && !(await this.#isWanted(call))) return;
      await this.#send(call);
    });
  }

  /** Asks for confirmation and shows the result of a dry run. If the call would fail, shows the failure instead. */
  async #isWanted(call: ShellCall): Promise<boolean> {
    const answer = await this.#send({ ...call, isDryRun: true }, (preview) => preview.result === 0);
    if (answer.result === 0) return false;
    this.#answer.clear();
    return confirmed({
      title: `Run ${this.#fn.name}?`,
      text: this.#fn.destructive ?? '',
      details: [argumentsOf(call), whatHappens(answer)],
      action: `Run ${this.#fn.name}`,
    });
  }

  async #send(call: ShellCall, isShown: (answer: ShellAnswer) => boolean = () => true): Promise<ShellAnswer> {
    const began = performance.now();
    this.#answer.wait();
    try {
      const path = `api-shell/call/${encodeURIComponent(this.#fn.name)}`;
      const answer = await withIdentity(() => this.#ask(path, call));
      if (isShown(answer)) this.#show(answer, performance.now() - began);
      return answer;
    } catch (error) {
      this.#answer.clear();
      throw error;
    }
  }

  async #ask(path: string, call: ShellCall): Promise<ShellAnswer> {
    const answer = await request<ShellAnswer>(path, requestBody(call, service));
    if (answer.errorCode === CONFIRMATION_REQUIRED) throw new RequestFailed(answer.reason, answer.errorCode);
    return answer;
  }

  #show(answer: ShellAnswer, milliseconds: number): void {
    this.#answer.take(answer, milliseconds);
    // The fields to correct are more important than the response.
    if (!this.#form.showFaults(answer.faults)) this.#answer.bringIntoView();
  }
}

function argumentsOf({ args }: ShellCall): HTMLElement | undefined {
  if (args.length === 0) return undefined;
  const rows = args.flatMap(({ name, value, isSecret }) => [
    element('dt', {}, element('code', {}, name)),
    element('dd', {}, isSecret ? '(secret)' : value),
  ]);
  return element('dl', { class: 'given' }, ...rows);
}

function whatHappens({ messages, warnings }: ShellAnswer): HTMLElement | undefined {
  const sentences = [...messages, ...warnings];
  if (sentences.length === 0) return undefined;
  return element(
    'div',
    // It scrolls, so the keyboard must reach it.
    { class: 'plan', tabindex: 0, role: 'region', 'aria-label': 'Planned changes' },
    element('h3', {}, 'Planned changes'),
    planItems(sentences),
  );
}
