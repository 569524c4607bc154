"""Calls that are known, as data: which change nothing, and which change what.

These lists only ever save work. A call that is listed wrongly as read-only makes a plan that a run then corrects,
because every run compares what its steps really changed with what the plan allowed for.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names by which packages are commonly imported, for cells that do not import them themselves.
USUAL_MODULES = {
    "np": "numpy", "numpy": "numpy", "pd": "pandas", "pandas": "pandas", "plt": "matplotlib.pyplot",
    "mpl": "matplotlib", "matplotlib": "matplotlib", "sns": "seaborn", "px": "plotly.express", "go": "plotly.graph_objects",
    "pl": "polars", "pa": "pyarrow", "pq": "pyarrow.parquet", "sp": "scipy", "stats": "scipy.stats", "sklearn": "sklearn",
    "sm": "statsmodels.api", "smf": "statsmodels.formula.api", "torch": "torch", "tf": "tensorflow", "nx": "networkx",
    "xgb": "xgboost", "lgb": "lightgbm", "os": "os", "sys": "sys", "re": "re", "math": "math", "json": "json",
    "time": "time", "random": "random", "pickle": "pickle", "joblib": "joblib", "warnings": "warnings", "glob": "glob",
    "itertools": "itertools", "functools": "functools", "collections": "collections", "datetime": "datetime", "dt": "datetime",
    "logging": "logging", "copy": "copy", "shutil": "shutil", "pathlib": "pathlib", "Path": "pathlib.Path", "alt": "altair",
    "requests": "requests", "urllib": "urllib", "subprocess": "subprocess", "string": "string", "statistics": "statistics",
    "operator": "operator", "decimal": "decimal", "locale": "locale", "xr": "xarray", "dd": "dask.dataframe", "da": "dask.array",
    "metrics": "sklearn.metrics", "locale_": "locale",
}  # fmt: skip

# Functions that are commonly imported by their bare names, and where they come from.
USUAL_FUNCTIONS = {
    name: f"{module}.{name}"
    for module, names in {
        "sklearn.model_selection": "train_test_split cross_val_score cross_validate cross_val_predict KFold StratifiedKFold "
        "GroupKFold TimeSeriesSplit learning_curve validation_curve permutation_test_score",
        "sklearn.metrics": "accuracy_score roc_auc_score roc_curve auc precision_score recall_score f1_score fbeta_score "
        "confusion_matrix classification_report log_loss brier_score_loss mean_squared_error mean_absolute_error "
        "root_mean_squared_error r2_score median_absolute_error mean_absolute_percentage_error average_precision_score "
        "precision_recall_curve balanced_accuracy_score matthews_corrcoef silhouette_score adjusted_rand_score "
        "explained_variance_score max_error make_scorer cohen_kappa_score pairwise_distances ConfusionMatrixDisplay "
        "RocCurveDisplay PrecisionRecallDisplay",
        "sklearn.calibration": "calibration_curve",
        "sklearn.inspection": "permutation_importance partial_dependence",
        "sklearn.datasets": "make_classification make_regression make_blobs load_iris load_wine load_digits "
        "load_breast_cancer load_diabetes fetch_california_housing make_moons make_circles",
        "sklearn.tree": "plot_tree export_text export_graphviz",
        "sklearn.base": "clone",
        "copy": "deepcopy",
        "time": "perf_counter sleep",
        "IPython.display": "display HTML Markdown Image clear_output",
        "scipy.stats": "norm pearsonr spearmanr ttest_ind chi2_contingency zscore",
        "itertools": "chain product combinations permutations",
        "pprint": "pprint",
        "tqdm": "tqdm trange",
        "tabulate": "tabulate",
    }.items()
    for name in names.split()
}

# Modules whose functions change none of their arguments, but for those listed below.
READING_MODULES = _words(
    """numpy pandas matplotlib seaborn plotly polars pyarrow scipy sklearn statsmodels math cmath statistics re json os sys
    string time datetime calendar decimal fractions collections itertools functools operator pathlib glob fnmatch textwrap
    pprint copy hashlib base64 io csv gzip zipfile tarfile shutil tempfile platform getpass uuid random warnings logging
    locale types typing dataclasses enum abc inspect contextlib altair bokeh holoviews IPython tqdm tabulate joblib pickle
    cloudpickle yaml toml tomllib urllib requests httpx xgboost lightgbm catboost networkx PIL cv2 skimage subprocess
    duckdb sqlite3 sqlalchemy dask xarray psutil traceback gc struct zlib bz2 lzma difflib unicodedata array zoneinfo
    tensorflow.data torch.utils.data torchvision geopandas shapely folium wordcloud nltk missingno yfinance patsy"""
)

# Functions that change their first argument and no other.
CHANGING_FUNCTIONS = _words(
    """numpy.copyto numpy.put numpy.put_along_axis numpy.place numpy.putmask numpy.fill_diagonal numpy.random.shuffle
    random.shuffle heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace heapq.heappushpop bisect.insort
    bisect.insort_left bisect.insort_right operator.setitem operator.delitem operator.iadd setattr delattr next
    operator.imul operator.ior operator.isub numpy.add.at numpy.subtract.at collections.deque.append
    joblib.dump.file matplotlib.pyplot.setp functools.update_wrapper numpy.random.Generator.shuffle"""
)

# Functions whose result shares nothing with their arguments.
FRESH_FUNCTIONS = _words(
    """abs all any ascii bin bool bytes callable chr complex divmod float format hash hex id input int isinstance
    issubclass len oct open ord pow print range repr round str hasattr display copy.deepcopy json.dumps json.loads
    os.path.join os.listdir time.time numpy.mean numpy.sum numpy.std numpy.zeros numpy.ones numpy.arange numpy.linspace
    numpy.random.default_rng pandas.read_csv pandas.read_parquet pandas.read_json pandas.read_excel pandas.date_range
    pandas.get_dummies pandas.to_datetime pandas.crosstab pandas.pivot_table pandas.cut pandas.qcut
    sklearn.model_selection.cross_val_score sklearn.metrics sklearn.base.clone math random pickle.dumps pickle.loads"""
)

# Functions whose result hands on the very objects in their arguments: changing what they yield changes those.
SHARING_FUNCTIONS = _words(
    "enumerate filter getattr iter list map max min next reversed set sorted tuple vars zip dict frozenset numpy.asarray "
    "numpy.ravel numpy.reshape numpy.squeeze numpy.transpose numpy.atleast_1d numpy.atleast_2d itertools.chain "
    "itertools.product itertools.zip_longest copy.copy tqdm.tqdm tqdm super memoryview"
)

# Builtins that may exhaust an iterator that they are given.
CONSUMING_FUNCTIONS = _words(
    "all any dict enumerate filter frozenset iter list map max min reversed set sorted sum tuple zip bytes bytearray "
    "itertools functools.reduce collections.Counter collections.deque tqdm.tqdm tqdm statistics"
)

READING_BUILTINS = _words(
    """abs all any ascii bin bool bytearray bytes callable chr classmethod complex delattr dict dir display divmod enumerate eval exec compile
    filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list
    locals map max memoryview min object oct open ord pow print property range repr reversed round set slice sorted
    staticmethod next setattr str sum super tuple type vars zip breakpoint get_ipython
    Exception ValueError TypeError KeyError IndexError RuntimeError AssertionError NotImplementedError StopIteration"""
)

# Methods that change neither the object nor their arguments.
READING_METHODS = _words(
    """
    abs add_prefix add_suffix agg aggregate align all any applymap apply argmax argmin argsort asfreq asof assign astype at_time
    between between_time bool boxplot capitalize cat ceil center clip combine combine_first compare compute conj contains
    convert_dtypes copy corr corrwith count cov crosstab cummax cummin cumprod cumsum cut day_name decode describe diff
    difference div divide dot drop drop_duplicates droplevel dropna dt duplicated encode endswith eq equals eval ewm expanding
    explode exists expandtabs fillna filter find findall first first_valid_index flatten floor floordiv format fullmatch ge get
    get_dummies get_feature_names_out get_group get_level_values get_params glob group groupby groupdict groups gt hashdigest
    head hexdigest idxmax idxmin index infer_objects info interpolate intersection is_dir is_file isalnum isalpha isdecimal
    isdigit isin isdisjoint isfinite islower isna isnull isnumeric isspace issubset issuperset isupper item items iteritems
    iterrows itertuples join joinpath keys kurt kurtosis last last_valid_index le len limit ljust lower lstrip lt map mask match max
    mean median melt memory_usage merge min mod mode month_name most_common mul multiply ne nlargest normalize notna notnull nsmallest
    nunique nonzero partition pct_change pipe pivot pivot_table plot pow predict predict_log_proba predict_proba prod product
    quantile query radd rank ravel read_bytes read_text reindex rename rename_axis reorder_levels repeat replace resample
    reset_index reshape resolve rfind rindex rjust rolling round rpartition rsplit rstrip sample save savefig score
    decision_function select select_dtypes sem set_axis set_index shift skew slice sort_index sort_values split
    splitlines squeeze stack startswith stat std str strftime strip sub subtract sum summary swapaxes swapcase swaplevel
    symmetric_difference tail take timestamp title to_arrow to_clipboard to_csv to_datetime to_dict to_excel to_feather to_frame
    to_hdf to_html to_json to_latex to_list to_markdown to_numpy to_pandas to_parquet to_period to_pickle to_pydatetime to_records
    to_sql to_string to_timestamp to_xarray today tolist total_seconds trace transform translate transpose truediv truncate tz_convert
    tz_localize union unique unstack upper value_counts values var view weekday where with_columns with_suffix with_name
    write_csv write_parquet write_text write_bytes xs zfill isoformat isocalendar inverse_transform kneighbors apply_async
    cost_complexity_pruning_path staged_predict get_support conf_int get_prediction forecast f_test t_test wald_test
    mkdir iterdir rglob relative_to as_posix collect lazy group_by filter_by sort_by hist heatmap show get_booster
    numpy detach cpu is_null is_not_null alias over cast lit to_series get_column n_unique scan fetchall_arrow df
    """
)

# Methods that draw: they change a figure's axes, but not a table.
DRAWING_METHODS = _words(
    "plot hist boxplot scatter bar barh line area pie hexbin heatmap imshow errorbar fill_between axhline axvline text annotate"
)
AXES_NAMES = ("ax", "fig", "axes", "axs", "axis", "figure", "canvas", "subplot")

# Methods that change their object; arguments may become part of it, but are not changed.
CHANGING_METHODS = _words(
    """
    __setitem__ __delitem__ __setattr__ add add_argument append appendleft clear close discard extend extendleft fill fit fit_transform
    fit_predict fit_resample insert insert_row intersection_update itemset difference_update move_to_end partial_fit pop popitem popleft put remove
    resize reverse rotate seek seed set set_params setdefault setfield setflags shuffle sort subtract
    symmetric_difference_update truncate update writelines write set_output add_node add_edge add_edges_from add_nodes_from
    remove_node remove_edge set_title set_xlabel set_ylabel set_xlim set_ylim legend grid set_xticks set_yticks set_xticklabels
    set_yticklabels tick_params invert_yaxis invert_xaxis set_xscale set_yscale suptitle tight_layout set_size_inches
    add_subplot add_axes colorbar spines load_state_dict step zero_grad backward train cuda requires_grad_ normal random
    standard_normal integers choice uniform permutation permuted exponential poisson binomial gamma beta multivariate_normal
    readline readlines read fetchone fetchall fetchmany send throw __next__ execute executemany commit rollback
    """
)

# Methods whose result is, or is made of, the very objects within.
SHARING_METHODS = _words(
    "get items values keys pop popitem setdefault view ravel reshape transpose squeeze swapaxes numpy named_steps fit "
    "set_params __getitem__ partial_fit set_output setfield itertuples"
)

# Methods whose result shares nothing with the object.
FRESH_METHODS = _words(
    """all any argmax argmin astype contains corr count cov day_name decode describe dot duplicated encode endswith exists
    findall format get_feature_names_out group head_ idxmax idxmin index isin isna isnull join lower lstrip max mean median min
    nunique notna notnull predict predict_proba predict_log_proba quantile read_text read_bytes rstrip round score split
    splitlines startswith std strftime strip sum title tolist_ total_seconds upper value_counts var zfill decision_function
    isoformat hexdigest deepcopy dropna drop_duplicates merge sort_values_ melt pivot_table crosstab get_dummies agg size
    nlargest nsmallest fillna"""
)

# Calls that call a function that they are given, on what they are given.
CALLING = _words(
    "apply applymap map filter pipe transform agg aggregate reduce assign functools.reduce apply_async sorted"
)

# Context managers that never swallow an error.
TRANSPARENT_CONTEXTS = _words(
    """open warnings.catch_warnings numpy.errstate numpy.printoptions pandas.option_context matplotlib.pyplot.style.context
    matplotlib.rc_context matplotlib.pyplot.rc_context torch.no_grad torch.inference_mode seaborn.axes_style
    seaborn.plotting_context tempfile.TemporaryDirectory tempfile.NamedTemporaryFile zipfile.ZipFile gzip.open tarfile.open
    contextlib.redirect_stdout contextlib.redirect_stderr contextlib.closing contextlib.nullcontext contextlib.chdir
    pandas.ExcelWriter pandas.HDFStore sqlite3.connect requests.Session joblib.parallel_backend decimal.localcontext
    threading.Lock concurrent.futures.ThreadPoolExecutor concurrent.futures.ProcessPoolExecutor urllib.request.urlopen
    sklearn.config_context"""
)
TRANSPARENT_METHODS = _words("open begin connect session")

# Decorators that do not call what they decorate.
PASSIVE_DECORATORS = _words(
    "property staticmethod classmethod dataclass dataclasses.dataclass functools.wraps functools.lru_cache functools.cache lru_cache "
    "cache wraps functools.cached_property cached_property contextlib.contextmanager contextmanager numba.njit numba.jit njit jit "
    "abstractmethod abc.abstractmethod functools.total_ordering total_ordering typing.overload setter getter"
)
