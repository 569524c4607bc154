import * as React from 'react';
import { Glyph } from './Glyph';

export interface INoticeProps {
  kind: 'error' | 'warning' | 'hint' | 'succeeded';
  title: React.ReactNode;
  /** What to do about it. */
  hint?: React.ReactNode;
  children?: React.ReactNode;
}

/** Something that happened, said where it happened. */
export function Notice({ kind, title, hint, children }: INoticeProps): React.JSX.Element {
  return (
    <div className="ms-Notice" data-kind={kind} role={kind === 'error' ? 'alert' : 'status'}>
      <Glyph name={kind} />
      <div className="ms-Notice-text">
        <div className="ms-Notice-title">{title}</div>
        {hint ? <div className="ms-Notice-hint">{hint}</div> : null}
        {children}
      </div>
    </div>
  );
}

export interface IEmptyProps {
  title: string;
  children: React.ReactNode;
}

/** What stands where there is nothing to show: why, and what to do. */
export function Empty({ title, children }: IEmptyProps): React.JSX.Element {
  return (
    <div className="ms-Empty">
      <p className="ms-Empty-title">{title}</p>
      {children}
    </div>
  );
}
