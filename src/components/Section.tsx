import * as React from 'react';
import { Glyph } from './Glyph';

export interface ISectionProps {
  title: string;
  /** Shown beside the title: a count, or a button. */
  aside?: React.ReactNode;
  children: React.ReactNode;
  initiallyOpen?: boolean;
  className?: string;
}

/** A part of a tab that folds away under its heading. */
export function Section(props: ISectionProps): React.JSX.Element {
  const { title, aside, children, initiallyOpen = true, className = '' } = props;
  const [isOpen, setOpen] = React.useState(initiallyOpen);
  const body = React.useId();
  return (
    <section className={`ms-Section ${className}`}>
      <div className="ms-Section-header">
        <h3 className="ms-Section-title">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={body}
            onClick={() => setOpen(!isOpen)}
          >
            <Glyph name="caret" />
            {title}
          </button>
        </h3>
        {aside}
      </div>
      <div id={body} className="ms-Section-body" hidden={!isOpen}>
        {children}
      </div>
    </section>
  );
}
