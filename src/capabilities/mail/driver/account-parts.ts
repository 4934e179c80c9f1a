// What mail contributes to an account. Lists come first: a domain that has some cannot be renamed.
import type { AccountPart } from '../../accounts/driver/account-part.ts';
import { part } from './account.ts';
import { part as authentication } from './authentication/account.ts';
import { part as lists } from './mailman/account.ts';
import { part as spam } from './spamassassin/account.ts';
import { part as tls } from './tls/account.ts';

export const parts: readonly AccountPart[] = [lists, part, authentication, tls, spam];
