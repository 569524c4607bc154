import * as React from 'react';

export interface ITab {
  id: string;
  label: string;
}

export interface ITabsProps {
  label: string;
  tabs: readonly ITab[];
  current: string;
  onSelect: (id: string) => void;
  children: React.ReactNode;
}

/** Tabs as the ARIA practices want them: arrows, Home and End move and select; one tab is in the tab order. */
export function Tabs({ label, tabs, current, onSelect, children }: ITabsProps): React.JSX.Element {
  const prefix = React.useId();
  const nodes = React.useRef(new Map<string, HTMLButtonElement | null>());
  const onKeyDown = (event: React.KeyboardEvent) => {
    const target = targetOf(event.key, tabs, current);
    if (target) {
      event.preventDefault();
      onSelect(target);
      nodes.current.get(target)?.focus();
    }
  };
  return (
    <>
      <div className="ms-Tabs" role="tablist" aria-label={label}>
        {tabs.map(({ id, label: text }) => (
          <button
            key={id}
            type="button"
            role="tab"
            ref={node => {
              nodes.current.set(id, node);
            }}
            id={`${prefix}tab-${id}`}
            className="ms-Tabs-tab"
            aria-selected={id === current}
            aria-controls={`${prefix}panel`}
            tabIndex={id === current ? 0 : -1}
            onClick={() => onSelect(id)}
            onKeyDown={onKeyDown}
          >
            {text}
          </button>
        ))}
      </div>
      <div
        key={current}
        className="ms-Tabs-panel"
        role="tabpanel"
        id={`${prefix}panel`}
        aria-labelledby={`${prefix}tab-${current}`}
      >
        {children}
      </div>
    </>
  );
}

/** The tab that a key goes to, or null. */
function targetOf(key: string, tabs: readonly ITab[], current: string): string | null {
  const index = tabs.findIndex(({ id }) => id === current);
  const last = tabs.length - 1;
  const targets: Record<string, number> = {
    ArrowRight: index === last ? 0 : index + 1,
    ArrowLeft: index === 0 ? last : index - 1,
    Home: 0,
    End: last
  };
  return key in targets ? tabs[targets[key]].id : null;
}
