// The script of all pages; each has its own part.
import { startApiShell } from './api-shell.ts';
import { startLogin } from './login.ts';
import { showLeftNotice } from './notice.ts';
import { startOverview } from './overview.ts';
import { startTwoFactor } from './two-factor.ts';

const starts: Readonly<Record<string, () => void>> = {
  login: startLogin,
  overview: startOverview,
  'two-factor': startTwoFactor,
  'api-shell': startApiShell,
};

showLeftNotice();
starts[document.body.dataset.page ?? '']?.();
