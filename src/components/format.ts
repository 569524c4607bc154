import type { TranslationBundle } from '@jupyterlab/translation';
import type { JsonValue, RunStatus, Severity, StepStatus } from '../api/types';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1]
];

/** '0.3 s', '12 s', '2 min 5 s', '1 h 3 min'; '' where there is no time. */
export function duration(seconds: number | null | undefined, trans: TranslationBundle): string {
  if (seconds === null || seconds === undefined) {
    return '';
  }
  if (seconds < 0.05) {
    return trans.__('%1 s', 0);
  }
  if (seconds < 9.95) {
    return trans.__('%1 s', seconds.toFixed(1));
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return trans.__('%1 s', whole);
  }
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) {
    return trans.__('%1 min %2 s', minutes, whole % 60);
  }
  return trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** '3 min. ago', in the words of the browser's language. */
export function relativeTime(iso: string | null, now: number): string {
  if (iso === null) {
    return '';
  }
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) {
    return iso;
  }
  const [unit, size] =
    UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[UNITS.length - 1];
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
  return format.format(Math.trunc(seconds / size), unit);
}

/** The moment in full, in the browser's language and time zone. */
export function absoluteTime(iso: string | null): string {
  if (iso === null) {
    return '';
  }
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString();
}

/** A value as text: numbers to five significant digits, an en dash for none. */
export function valueText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A pipeline's name, with its version where it has one. */
export function pipelineText({
  pipeline,
  version
}: {
  pipeline: string | null;
  version: number | null;
}): string {
  return version === null ? (pipeline ?? '–') : `${pipeline} v${version}`;
}

/** A digest short enough to read aloud. */
export function shortDigest(digest: string | null | undefined): string {
  return digest ? digest.replace(/^\w+:/, '').slice(0, 8) : '–';
}

export function statusText(status: StepStatus | RunStatus, trans: TranslationBundle): string {
  switch (status) {
    case 'waiting':
      return trans.__('waiting');
    case 'running':
      return trans.__('running');
    case 'ran':
      return trans.__('ran');
    case 'cached':
      return trans.__('cached');
    case 'failed':
      return trans.__('failed');
    case 'not run':
      return trans.__('not run');
    case 'succeeded':
      return trans.__('succeeded');
    case 'refused':
      return trans.__('refused');
    case 'cancelled':
      return trans.__('cancelled');
    default:
      return status;
  }
}

export function severityText(severity: Severity, count: number, trans: TranslationBundle): string {
  switch (severity) {
    case 'error':
      return trans._n('%1 error', '%1 errors', count);
    case 'warning':
      return trans._n('%1 warning', '%1 warnings', count);
    default:
      return trans._n('%1 hint', '%1 hints', count);
  }
}

export function roleText(role: string, trans: TranslationBundle): string {
  switch (role) {
    case 'parameters':
      return trans.__('parameters');
    case 'imports':
      return trans.__('imports');
    case 'functions':
      return trans.__('functions');
    case 'metrics':
      return trans.__('metrics');
    case 'skip':
      return trans.__('skipped');
    default:
      return role;
  }
}
