// The parameters of the functions for the settings of services.
import type { Param } from '../../../../core/define.ts';

export const service = {
  type: 'string',
  required: true,
  values: ['dovecot'],
  doc: 'The service. Only dovecot has settings here, as in WHM.',
} as const satisfies Param;

export const key = {
  type: 'string',
  required: true,
  maxLength: 100,
  doc: 'The setting’s name, as get_service_config lists it.',
} as const satisfies Param;

/** A warning. */
export function notInstalled(name: 'dovecot'): string {
  return `“${name}” is not installed on this server. These are the defaults that it would have.`;
}
