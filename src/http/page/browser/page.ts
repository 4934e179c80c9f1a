// The script of all pages; each has its own part.
import type { ToolName } from '../navigation.ts';
import { startAccountOverview } from './account-overview.ts';
import { startApiShell } from './api-shell.ts';
import { startDomains } from './domains.ts';
import { startLogin } from './login.ts';
import { showLeftNotice } from './notice.ts';
import { startOverview } from './overview.ts';
import { startTwoFactor } from './two-factor.ts';

const starts = {
  login: startLogin,
  overview: startOverview,
  'account-overview': startAccountOverview,
  domains: startDomains,
  'two-factor': startTwoFactor,
  'api-shell': startApiShell,
} as const satisfies Readonly<Record<ToolName | 'login', () => void>>;

showLeftNotice();
const { page = '' } = document.body.dataset;
if (page in starts) starts[page as keyof typeof starts]();
