/** Generated from the server’s OpenAPI document by `jlpm api`; do not edit. */

export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface paths {
  '/millstream/api/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document. */
    get: operations['openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/version': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The version of Millstream and of this API. */
    get: operations['version'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a notebook compiles to: steps, edges, diagnostics. */
    get: operations['check'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The runs that this server started and that go on. */
    get: operations['jobs'];
    put?: never;
    /** Start a run in a process of its own. */
    post: operations['start_job'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/jobs/{job}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a run goes, or went. */
    get: operations['job'];
    put?: never;
    post?: never;
    /** Cancel a run; nothing when it has ended. */
    delete: operations['cancel_job'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of the history, newest first. */
    get: operations['runs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/runs/{run}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One run, by its id, a beginning of it, or last. */
    get: operations['run'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/runs/{run}/steps/{step}/notebook': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The executed notebook of a step. */
    get: operations['executed_notebook'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Two or more runs side by side. */
    get: operations['compare'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The statistics of a value of a run, or of a data file that a run read. */
    get: operations['stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/data': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The files that runs read, and their versions. */
    get: operations['data'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/lineage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where a file, value, metric, step or run comes from, and what came of it. */
    get: operations['lineage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/millstream/api/promotions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a notebook a version of a pipeline. */
    post: operations['promote'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description Any JSON. Numbers that JSON lacks are the texts NaN, Infinity and -Infinity. */
    JsonValue: JsonValue;
    /**
     * @description How a run ended, or running.
     * @enum {string}
     */
    RunStatus: 'succeeded' | 'failed' | 'refused' | 'cancelled' | 'running';
    /**
     * @description How a step ended, or how far it is.
     * @enum {string}
     */
    StepStatus: 'waiting' | 'running' | 'ran' | 'cached' | 'failed' | 'not run';
    /**
     * @description How bad a finding is.
     * @enum {string}
     */
    Severity: 'error' | 'warning' | 'hint';
    /** @description What went wrong and what to do about it. */
    Error: {
      code: string;
      message: string;
      hint: string | null;
      diagnostics?: components['schemas']['Diagnostic'][];
    };
    /** @description The version of Millstream and of this API. */
    Version: {
      version: string;
      api: number;
    };
    /** @description A finding about a notebook. cell counts all cells from 0, line from 1 within the cell, column from 0. */
    Diagnostic: {
      code: string;
      severity: components['schemas']['Severity'];
      cell: number | null;
      line: number | null;
      column: number | null;
      message: string;
      hint: string | null;
      excerpt: string | null;
    };
    /** @description Tags that a cell would get. */
    Suggestion: {
      cell: number;
      tags: string[];
    };
    /** @description A step of a notebook: its cells, the names it needs from earlier steps, gives to later ones, and follows. */
    Step: {
      name: string;
      cells: number[];
      needs: string[];
      gives: string[];
      after: string[];
    };
    /** @description target needs names from source. */
    Edge: {
      source: string;
      target: string;
      names: string[];
    };
    /** @description What a cell is: parameters, imports, functions, step, skip or markdown. */
    CellRole: {
      index: number;
      role: string | null;
      step: string | null;
    };
    /** @description What a notebook compiles to. */
    Check: {
      ok: boolean;
      notebook: string;
      steps: components['schemas']['Step'][];
      edges: components['schemas']['Edge'][];
      parameters: {
        [key: string]: components['schemas']['JsonValue'];
      };
      metrics: string[];
      diagnostics: components['schemas']['Diagnostic'][];
      cells: components['schemas']['CellRole'][];
      suggestions: components['schemas']['Suggestion'][];
    };
    /** @description Why a run ended as it did, where that is known. */
    RunError: {
      code: string;
      message: string;
      step?: string | null;
      cell?: number | null;
      line?: number | null;
      hint?: string | null;
      traceback?: string | null;
    };
    /** @description What to run. notebook is a path as Jupyter's contents API gives it. */
    JobRequest: {
      notebook: string;
      /** @default {} */
      parameters?: {
        [key: string]: components['schemas']['JsonValue'];
      };
      /** @default true */
      cache?: boolean;
      /** @default null */
      step?: string | null;
    };
    /** @description The run was started; ask for the job by this id. */
    JobStarted: {
      job: string;
    };
    /** @description A step of a run that goes on. */
    JobStep: {
      name: string;
      status: components['schemas']['StepStatus'];
      seconds: number | null;
      cell: number | null;
      last_output: string | null;
    };
    /** @description Something that was said while it ran. */
    Message: {
      severity: string;
      text: string;
    };
    /** @description A run that this server started, while it goes on and after. */
    Job: {
      job: string;
      notebook: string;
      /** @enum {string} */
      state: 'running' | 'ended';
      status: components['schemas']['RunStatus'] | null;
      run: string | null;
      steps: components['schemas']['JobStep'][];
      error: components['schemas']['RunError'] | null;
      messages: components['schemas']['Message'][];
      result: components['schemas']['Run'] | null;
    };
    /** @description The runs that this server started and that go on. */
    Jobs: {
      jobs: components['schemas']['Job'][];
    };
    /** @description One line of the history. */
    RunSummary: {
      run: string;
      pipeline: string | null;
      version: number | null;
      status: components['schemas']['RunStatus'];
      started: string | null;
      seconds: number | null;
      parameters: {
        [key: string]: components['schemas']['JsonValue'];
      };
      metrics: {
        [key: string]: components['schemas']['JsonValue'];
      };
    };
    /** @description A page of the history; next is the cursor of the page after it, if there is one. */
    RunPage: {
      runs: components['schemas']['RunSummary'][];
      next: string | null;
    };
    /** @description A step as it was run. */
    StepRun: {
      name: string;
      status: components['schemas']['StepStatus'];
      seconds: number | null;
      executed_notebook?: string | null;
      cells?: number[];
    };
    /** @description A value that a step gave, by its content. */
    Artifact: {
      name: string;
      step: string;
      digest: string | null;
      type: string | null;
      bytes: number | null;
    };
    /** @description One execution, whole. */
    Run: {
      run: string;
      pipeline: string | null;
      version: number | null;
      status: components['schemas']['RunStatus'];
      started: string | null;
      seconds: number | null;
      parameters: {
        [key: string]: components['schemas']['JsonValue'];
      };
      metrics: {
        [key: string]: components['schemas']['JsonValue'];
      };
      steps: components['schemas']['StepRun'][];
      error: components['schemas']['RunError'] | null;
      diagnostics: components['schemas']['Diagnostic'][];
      ended?: string | null;
      artifacts?: components['schemas']['Artifact'][];
      environment?: {
        [key: string]: components['schemas']['JsonValue'];
      };
      notebook?: components['schemas']['NotebookVersion'] | null;
      git?: components['schemas']['Commit'] | null;
    };
    /** @description The notebook that was run, by its content. */
    NotebookVersion: {
      path: string | null;
      digest: string | null;
    };
    /** @description The state of the repository. */
    Commit: {
      commit: string | null;
      dirty: boolean | null;
    };
    /** @description How a step's code differs. */
    StepDifference: {
      step: string;
      changed: boolean;
      diff: string;
    };
    /** @description The content of a value or file in each run; null where the run has none. */
    DataDifference: {
      name: string;
      step: string;
      digests: (string | null)[];
      changed: boolean;
    };
    /** @description Runs side by side: each list has one entry a run, null where it has nothing of that name. */
    Comparison: {
      runs: components['schemas']['RunSummary'][];
      parameters: {
        [key: string]: components['schemas']['JsonValue'][];
      };
      metrics: {
        [key: string]: components['schemas']['JsonValue'][];
      };
      code: components['schemas']['StepDifference'][];
      data: components['schemas']['DataDifference'][];
      environment: {
        [key: string]: components['schemas']['JsonValue'][];
      };
      seconds: {
        [key: string]: (number | null)[];
      };
    };
    /** @description A notebook in Jupyter's format, version 4. */
    Notebook: Record<string, never>;
    /** @description The notebook to promote, and what to call the pipeline. */
    PromotionRequest: {
      notebook: string;
      /** @default null */
      name?: string | null;
      /** @default null */
      note?: string | null;
    };
    /** @description The version that was made, or found to be there already. path is the pipeline's folder as Jupyter's contents API gives it, null where it is outside of what the server shows. */
    Promotion: {
      pipeline: string;
      version: number;
      digest: string;
      path: string | null;
      files: string[];
      created: boolean;
    };
    /** @description Counts between edges, of which there is one more; the last bin holds its upper edge too. */
    Histogram: {
      edges: components['schemas']['JsonValue'][];
      counts: number[];
    };
    /** @description A value that is often there. */
    Frequent: {
      value: components['schemas']['JsonValue'];
      count: number;
    };
    /** @description How long texts or lists are. */
    Lengths: {
      min: number;
      max: number;
      mean: number;
      empty: number;
    };
    /** @description Nothing between two times, as text. */
    Gap: {
      after: string;
      before: string;
      length: string;
    };
    /** @description The usual step from one time to the next, and how often it is half as long again or longer. */
    TimeSteps: {
      unit: string;
      step: string;
      step_seconds: number;
      gaps: number;
      largest: components['schemas']['Gap'][];
    };
    /** @description A column. Moments, quantiles and range are of the finite values. distinct is estimated unless distinct_exact; whole numbers that JavaScript cannot hold are text. */
    ColumnStatistics: {
      name: string;
      missing?: number;
      infinite?: number;
      min?: components['schemas']['JsonValue'];
      max?: components['schemas']['JsonValue'];
      mean?: number | null;
      std?: number | null;
      true?: number;
      quantiles?: {
        [key: string]: components['schemas']['JsonValue'];
      };
      histogram?: components['schemas']['Histogram'];
      distinct?: number | null;
      memory?: number | null;
      type?: string;
      kind?: string;
      nulls?: number;
      nan?: number;
      distinct_exact?: boolean;
      skew?: number | null;
      quantiles_exact?: boolean;
      top?: components['schemas']['Frequent'][];
      top_exact?: boolean;
      lengths?: components['schemas']['Lengths'];
      steps?: components['schemas']['TimeSteps'] | null;
      constant?: boolean;
      key?: boolean;
      same_as?: string | null;
    };
    /** @description What is in a value of a run or in a data file: of a table rows and columns, of anything else its shape and range. */
    Statistics: {
      /** @enum {string} */
      source: 'artifact' | 'file';
      name: string;
      digest: string;
      run: string | null;
      step: string | null;
      bytes: number | null;
      /** @enum {string} */
      kind: 'table' | 'array' | 'sparse' | 'mapping' | 'sequence' | 'scalar' | 'value';
      type: string;
      missing?: number;
      infinite?: number;
      min?: components['schemas']['JsonValue'];
      max?: components['schemas']['JsonValue'];
      mean?: number | null;
      std?: number | null;
      true?: number;
      quantiles?: {
        [key: string]: components['schemas']['JsonValue'];
      };
      histogram?: components['schemas']['Histogram'];
      distinct?: number | null;
      memory?: number | null;
      rows?: number;
      columns?: components['schemas']['ColumnStatistics'][];
      constant_columns?: string[];
      duplicate_columns?: string[][];
      key_candidates?: string[];
      shape?: number[];
      dtype?: string;
      value?: components['schemas']['JsonValue'];
    };
    /** @description A column of a data file. */
    DataColumn: {
      name: string;
      type: string;
    };
    /** @description A content of a dataset, wherever it lay. kept: whether the store has it, or its digest alone. rows and columns are null where they cannot be read. */
    DataVersion: {
      digest: string;
      paths: string[];
      bytes: number | null;
      kept: boolean;
      rows: number | null;
      columns: components['schemas']['DataColumn'][] | null;
      runs: number;
      first_run: string;
      first_used: string | null;
      last_run: string;
      last_used: string | null;
    };
    /** @description A file that runs read, with its versions, the one used last first; a moved or renamed one has several paths. */
    Dataset: {
      name: string;
      paths: string[];
      versions: components['schemas']['DataVersion'][];
    };
    /** @description A file, step, value (artifact), metric or run. A file or value is what it holds: the same content is one node. run is the run it was seen in; notes say what the record does not know; runs counts those that did the same. */
    LineageNode: {
      id: string;
      /**
       * @description What it is.
       * @enum {string}
       */
      kind: 'file' | 'step' | 'artifact' | 'metric' | 'run';
      name: string;
      digest: string | null;
      bytes: number | null;
      type: string | null;
      value: components['schemas']['JsonValue'];
      pipeline: string | null;
      run: string | null;
      step: string | null;
      status: string | null;
      seconds: number | null;
      runs: number | null;
      notes: string[];
    };
    /** @description target was made of source, or by it; both are ids of nodes. */
    LineageEdge: {
      source: string;
      target: string;
    };
    /** @description The graph around the node focus, over runs and pipelines. */
    Lineage: {
      of: string;
      focus: string;
      /**
       * @description Which part it is.
       * @enum {string}
       */
      direction: 'up' | 'down' | 'both';
      nodes: components['schemas']['LineageNode'][];
      edges: components['schemas']['LineageEdge'][];
      notes: string[];
    };
    /** @description The files that runs read. */
    Datasets: {
      datasets: components['schemas']['Dataset'][];
    };
    /** @description An OpenAPI document. */
    Document: Record<string, never>;
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description An OpenAPI document. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Document'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  version: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The version of Millstream and of this API. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Version'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  check: {
    parameters: {
      query: {
        /** @description Path of the notebook, as Jupyter's contents API gives it. */
        notebook: string;
        /** @description Suggest steps where the notebook has none. */
        suggest?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What a notebook compiles to. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Check'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  jobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The runs that this server started and that go on. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Jobs'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  start_job: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['JobRequest'];
      };
    };
    responses: {
      /** @description The run was started; ask for the job by this id. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobStarted'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  job: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A run that this server started, while it goes on and after. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  cancel_job: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Cancel a run; nothing when it has ended. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  runs: {
    parameters: {
      query?: {
        /** @description How many runs. */
        limit?: number;
        /** @description The page after the one that gave this cursor. */
        cursor?: string;
        /** @description started, seconds, pipeline, status, metric:NAME, parameter:NAME …; with - in front for the greatest first. */
        sort?: string;
        /** @description Such as: auc > 0.8 and month = 2 and (status = succeeded or text ~ "late"). */
        filter?: string;
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of the history; next is the cursor of the page after it, if there is one. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunPage'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  run: {
    parameters: {
      query?: {
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path: {
        run: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One execution, whole. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  executed_notebook: {
    parameters: {
      query?: {
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path: {
        run: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A notebook in Jupyter's format, version 4. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Notebook'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  compare: {
    parameters: {
      query: {
        /** @description A run, by its id, a beginning of it, or last; at least two. */
        run: string[];
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Runs side by side: each list has one entry a run, null where it has nothing of that name. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Comparison'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  stats: {
    parameters: {
      query: {
        /** @description Name of the value, or path of the file in the project. */
        name: string;
        /** @description A run, a beginning of its id, last, or the beginning of a digest; else the newest. */
        at?: string;
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What is in a value of a run or in a data file: of a table rows and columns, of anything else its shape and range. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Statistics'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  data: {
    parameters: {
      query?: {
        /** @description Also the notebooks, modules and settings that runs read. */
        all?: boolean;
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The files that runs read. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Datasets'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  lineage: {
    parameters: {
      query: {
        /** @description Path of the file in the project, NAME or NAME@RUN, or a run; file:, artifact:, metric:, step: or run: in front says which is meant. */
        of: string;
        /** @description What it came from, what came of it, or both. */
        direction?: 'up' | 'down' | 'both';
        /** @description The runs of this notebook's project; the default is that of the server's folder. */
        notebook?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The graph around the node focus, over runs and pipelines. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Lineage'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
  promote: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PromotionRequest'];
      };
    };
    responses: {
      /** @description The version that was made, or found to be there already. path is the pipeline's folder as Jupyter's contents API gives it, null where it is outside of what the server shows. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Promotion'];
        };
      };
      /** @description Bad Request */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
      /** @description Insufficient Storage */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Error'];
        };
      };
    };
  };
}
