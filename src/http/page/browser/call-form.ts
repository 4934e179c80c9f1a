// The form of a call: a field for each parameter, what is asked of the list, and how the call is made.
import { shownFormats, type FunctionDescription, type ShownFormat } from '../wire.ts';
import type { Argument, ShellCall } from './call-texts.ts';
import { element } from './element.ts';
import type { Example } from './function-help.ts';
import { ListControls } from './list-controls.ts';
import { paramField, type ParamField } from './param-field.ts';
import { RestField } from './rest-field.ts';

interface Events {
  readonly changed: () => void;
  readonly run: (button: HTMLButtonElement) => Promise<void>;
}

/** Optional parameters stand open as long as they are few. */
const FEW = 6;

/** Stays as it was chosen when another function is shown. */
let format: ShownFormat = 'yaml';

export class CallForm {
  readonly element: HTMLElement;
  /** Where it is told that a call could not be made. */
  readonly error = element('p', { class: 'callout failure', role: 'alert', hidden: true });
  readonly #fn: FunctionDescription;
  readonly #events: Events;
  readonly #fields: ReadonlyMap<string, ParamField>;
  readonly #rest: RestField | undefined;
  readonly #list: ListControls | undefined;
  readonly #dryRun = element('input', { type: 'checkbox', role: 'switch' });
  readonly #secrets = element('input', { type: 'checkbox', role: 'switch' });
  readonly #run = element('button', { type: 'submit', class: 'primary' });

  constructor(fn: FunctionDescription, events: Events) {
    this.#fn = fn;
    this.#events = events;
    this.#fields = new Map(fn.params.map((param) => [param.name, paramField(param, events.changed)]));
    this.#rest = fn.rest && new RestField(fn.rest, events.changed);
    this.#list = fn.list && new ListControls(fn.list, events.changed);
    this.#dryRun.checked = fn.effect !== 'none' && fn.effect !== 'reads';
    this.#labelRun();
    this.element = element(
      'form',
      {
        class: 'card',
        novalidate: true,
        'aria-labelledby': 'call-title',
        submit: (event) => {
          event.preventDefault();
          void events.run(this.#run);
        },
      },
      element('h3', { id: 'call-title' }, 'Call it'),
      ...this.#params(),
      this.#list?.element,
      this.#options(),
      this.error,
    );
  }

  call(): ShellCall {
    return {
      command: this.#fn.name,
      args: [...this.#ownArguments(), ...(this.#list?.arguments() ?? [])],
      format,
      isDryRun: this.#dryRun.checked,
    };
  }

  showsSecrets(): boolean {
    return this.#secrets.checked;
  }

  /** False where a field holds what can't even be sent; it says so itself. */
  isReadable(): boolean {
    return this.#rest?.isReadable() ?? true;
  }

  fill({ args, input }: Example): void {
    for (const [name, field] of this.#fields) {
      const given = args[name] ?? [];
      field.fill(typeof given === 'string' ? [given] : given);
    }
    this.#rest?.fill(input ?? '');
    this.element.querySelector('details')?.setAttribute('open', '');
    this.#events.changed();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  #ownArguments(): Argument[] {
    const own = this.#fn.params.flatMap(({ name, isSecret }) =>
      (this.#fields.get(name)?.values() ?? []).map((value) => ({ name, value, isSecret })),
    );
    return [...own, ...(this.#rest?.arguments() ?? [])];
  }

  #params(): HTMLElement[] {
    const elements = (isRequired: boolean) =>
      this.#fn.params
        .filter((param) => param.isRequired === isRequired)
        .map(({ name }) => this.#fields.get(name)?.element)
        .filter((one) => one !== undefined);
    const [required, optional] = [elements(true), elements(false)];
    const rest = this.#rest === undefined ? [] : [this.#rest.element];
    if (required.length + optional.length + rest.length === 0) {
      return [element('p', { class: 'hint' }, 'It takes no parameters.')];
    }
    if (optional.length === 0) return [...required, ...rest];
    const details = element(
      'details',
      { class: 'optional', open: optional.length <= FEW },
      element('summary', {}, `Optional parameters (${optional.length})`),
      ...optional,
    );
    return [...required, ...rest, details];
  }

  #options(): HTMLElement {
    const hasSecrets = this.#fn.params.some(({ isSecret }) => isSecret) || this.#fn.rest?.isSecret === true;
    this.#dryRun.addEventListener('change', () => {
      this.#labelRun();
      this.#events.changed();
    });
    this.#secrets.addEventListener('change', () => {
      const shown = this.#secrets.checked;
      for (const { name, isSecret } of this.#fn.params)
        if (isSecret) this.#fields.get(name)?.showSecret(shown);
      this.#events.changed();
    });
    return element(
      'div',
      { class: 'options' },
      element(
        'fieldset',
        { class: 'segments' },
        element('legend', {}, 'Answer as'),
        ...shownFormats.map((one) => this.#formatChoice(one)),
      ),
      element('label', { class: 'check' }, this.#dryRun, 'Dry run: check and run everything, keep nothing'),
      hasSecrets &&
        element(
          'label',
          { class: 'check' },
          this.#secrets,
          'Show secret values, here and in the lines below',
        ),
      element('div', { class: 'actions' }, this.#run),
    );
  }

  #formatChoice(one: ShownFormat): HTMLElement {
    const radio = element('input', { type: 'radio', name: 'format', value: one, checked: one === format });
    radio.addEventListener('change', () => {
      format = one;
      this.#events.changed();
    });
    return element('label', {}, radio, element('span', {}, one.toUpperCase()));
  }

  #labelRun(): void {
    this.#run.textContent = this.#dryRun.checked ? 'Run without keeping' : 'Run';
  }
}
