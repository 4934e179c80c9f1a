// Directives of PHP, as WHM API 1 and UAPI return them.
import type { Fields } from '../../../core/define.ts';
import { explanations, modeOf, typeOf, type IniDirective } from './ini.ts';

export const directiveFields = {
  key: { type: 'string', doc: 'The name.' },
  value: { type: 'string', doc: 'The value; “On” or “Off” for booleans.' },
  default_value: { type: 'string', doc: 'The value without a php.ini.' },
  info: {
    type: 'string',
    doc: 'The explanation in the comments of php.ini; empty if there is none.',
  },
  php_ini_mode: {
    type: 'string',
    doc: 'Where it can be set: PHP_INI_SYSTEM, PHP_INI_PERDIR or PHP_INI_ALL.',
  },
  type: {
    type: 'string',
    doc: '“boolean”, “integer” (also with a unit, as 128M), “float” or “string”, as the default value shows.',
  },
} as const satisfies Fields;

/** `content`: the text of php.ini. */
export function directiveRows(content: string, directives: readonly IniDirective[]) {
  const info = explanations(content);
  return directives.map((one) => ({
    key: one.name,
    value: one.value,
    default_value: one.defaultValue,
    info: info.get(one.name) ?? '',
    php_ini_mode: modeOf(one),
    type: typeOf(one),
  }));
}
