// What the buttons of identity providers look like on login pages.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { describe } from './catalogue.ts';
import type { Service } from './provider-form.ts';

export const displayNames = [
  'color',
  'textcolor',
  'label',
  'display_name',
  'icon',
  'icon_type',
  'documentation_url',
] as const;
export type DisplayName = (typeof displayNames)[number];

export type Display = Readonly<Record<DisplayName, string>>;

interface Rule {
  readonly matches: RegExp;
  readonly expects: string;
}

const TEXT: Rule = {
  matches: /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,100}$/u,
  expects: 'a text of at most 100 characters',
};
const COLOR: Rule = {
  matches: /^[0-9A-Fa-f]{6}$/,
  expects: 'six hexadecimal digits without “#”, such as dd4b39',
};

const rules: Readonly<Record<DisplayName, Rule>> = {
  color: COLOR,
  textcolor: COLOR,
  label: TEXT,
  display_name: TEXT,
  icon: {
    matches: /^(?:[A-Za-z0-9+/]{4}){1,16384}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    expects: 'an image of at most 48 KiB in Base64',
  },
  icon_type: {
    matches: /^image\/(?:png|jpeg|svg\+xml)$/,
    expects: 'image/png, image/jpeg or image/svg+xml',
  },
  documentation_url: {
    matches: /^https:\/\/[^\s"<>\\^`{|}]{1,500}$/,
    expects: 'an address that begins with https://',
  },
};

/** Stores what is set. An empty text restores the default. @throws ApiError `bad_param`. */
export async function change(
  db: Db,
  { provider, service }: { readonly provider: string; readonly service: Service },
  changed: Readonly<Partial<Record<DisplayName, string>>>,
): Promise<void> {
  for (const [name, value] of Object.entries(changed) as [DisplayName, string][]) {
    const { matches, expects } = rules[name];
    if (value !== '' && !matches.test(value)) {
      throw badParam(`The field “${name}” of “configurations” should be ${expects}.`);
    }
    await db.run(
      'DELETE FROM identity_provider_display WHERE provider = ? AND service = ? AND name = ?',
      provider,
      service,
      name,
    );
    if (value === '') continue;
    await db.run(
      'INSERT INTO identity_provider_display (provider, service, name, value) VALUES (?, ?, ?, ?)',
      provider,
      service,
      name,
      value,
    );
  }
}

export async function read(db: Db, provider: string, service: Service): Promise<Display> {
  const rows = await db.all<{ name: DisplayName; value: string }>(
    'SELECT name, value FROM identity_provider_display WHERE provider = ? AND service = ?',
    provider,
    service,
  );
  const set = Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Partial<Display>;
  const { displayName, documentationUrl, color } = describe(provider);
  const name = set.display_name ?? displayName;
  return {
    color,
    textcolor: 'FFFFFF',
    label: `Log in with ${name}`,
    icon: '',
    icon_type: 'image/png',
    documentation_url: documentationUrl,
    ...set,
    display_name: name,
  };
}
