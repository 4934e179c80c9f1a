// The parameters that name a tweak setting.
import type { Param } from '../../../core/define.ts';

export const keyName = {
  type: 'string',
  required: true,
  maxLength: 128,
  doc: 'The option’s name, such as chkservd_check_interval. Upper and lower case matter.',
} as const satisfies Param;

export const moduleName = {
  type: 'string',
  values: ['Apache', 'Basic', 'Mail', 'Main'],
  default: 'Main',
  doc:
    'The group of the option. Main: WHM’s Tweak Settings. Basic: the basic setup (wwwacct.conf). Apache: the web server. ' +
    'Mail: Exim.',
} as const satisfies Param;

/** The modules whose settings WHM keeps in a file of their own. */
export const fileModule = {
  type: 'string',
  required: true,
  values: ['Basic', 'Main'],
  doc: 'The group of options. Main: WHM’s Tweak Settings (cpanel.config). Basic: the basic setup (wwwacct.conf).',
} as const satisfies Param;
