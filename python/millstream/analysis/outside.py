"""What lies outside a notebook's names, as data: generators, clocks, networks, settings of the process."""

from __future__ import annotations

from functools import cache

LONGEST_PATH = 500


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BUILTINS = _words("input exit quit open")
ASKS = _words("input getpass.getpass getpass")
EXITS = _words("sys.exit os._exit os.abort exit quit os.kill")
CLOCK = _words(
    """time.time time.time_ns time.localtime time.gmtime time.ctime time.asctime time.strftime datetime.datetime.now
    datetime.datetime.today datetime.datetime.utcnow datetime.date.today datetime.now datetime.utcnow datetime.today
    pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow pandas.to_datetime.now uuid.uuid1 uuid.uuid4"""
)
NETWORK = _words(
    "requests urllib urllib3 httpx aiohttp yfinance boto3 socket ftplib smtplib pandas_datareader huggingface_hub kaggle"
)
ENVIRONMENT_READS = _words("os.getenv os.environ.get os.environ.setdefault os.environ.pop")
SEEDS = _words(
    """random.seed numpy.random.seed numpy.random.set_state random.setstate torch.manual_seed torch.cuda.manual_seed
    torch.cuda.manual_seed_all torch.seed tensorflow.random.set_seed torch.random.manual_seed"""
)
# Functions that draw from numpy's global generator unless they are given a random_state.
SEEDABLE = _words(
    "sklearn.model_selection.train_test_split sklearn.utils.shuffle sklearn.utils.resample sklearn.datasets.make_blobs "
    "sklearn.datasets.make_classification sklearn.datasets.make_regression sklearn.datasets.make_moons "
    "sklearn.datasets.make_circles sklearn.inspection.permutation_importance sklearn.cluster.KMeans "
    "sklearn.ensemble.RandomForestClassifier sklearn.ensemble.RandomForestRegressor sklearn.ensemble.ExtraTreesClassifier "
    "sklearn.ensemble.ExtraTreesRegressor sklearn.ensemble.GradientBoostingClassifier sklearn.neural_network.MLPClassifier "
    "sklearn.ensemble.GradientBoostingRegressor sklearn.neural_network.MLPRegressor sklearn.tree.DecisionTreeClassifier "
    "sklearn.tree.DecisionTreeRegressor sklearn.manifold.TSNE sklearn.mixture.GaussianMixture"
)
_OWN_GENERATORS = _words(
    "random.Random random.SystemRandom numpy.random.default_rng numpy.random.Generator numpy.random.RandomState "
    "numpy.random.SeedSequence numpy.random.PCG64 numpy.random.MT19937 numpy.random.Philox numpy.random.SFC64 "
    "numpy.random.BitGenerator random.getstate numpy.random.get_state"
)
_TORCH_DRAWS = _words(
    "torch.rand torch.randn torch.randint torch.randperm torch.normal torch.bernoulli torch.multinomial torch.rand_like "
    "torch.randn_like torch.manual_seed torch.seed torch.cuda.manual_seed torch.cuda.manual_seed_all torch.nn.Linear "
    "torch.nn.Conv2d torch.nn.LSTM torch.nn.Embedding torch.nn.Dropout torch.random.manual_seed"
)
SETTINGS = _words(
    """test_size train_size random_state seed n_estimators max_depth learning_rate n_neighbors n_clusters n_components
    max_iter alpha C gamma epochs batch_size n_splits cv min_samples_leaf min_samples_split subsample threshold n_bins
    num_leaves max_features reg_alpha reg_lambda dropout hidden_layer_sizes n_iter tol l1_ratio eta"""
)
STATE_ATTRIBUTES = _words("environ path rcParams options")

# What a call, or a change of an attribute, touches, by the beginning of its path.
_AMBIENT = {
    "os.chdir": "cwd", "os.getcwd": "cwd", "contextlib.chdir": "cwd", "pathlib.Path.cwd": "cwd",
    "os.environ": "environ", "os.putenv": "environ", "os.unsetenv": "environ", "os.getenv": "environ",
    "dotenv": "environ",
    "sys.path": "sys.path", "site.addsitedir": "sys.path",
    "warnings": "warnings", "numpy.warnings": "warnings",
    "pandas.set_option": "pandas.options", "pandas.options": "pandas.options", "pandas.reset_option": "pandas.options",
    "matplotlib": "matplotlib", "seaborn": "matplotlib",
    "decimal.getcontext": "decimal", "decimal.setcontext": "decimal", "decimal.localcontext": "decimal",
    "locale": "locale",
    "logging": "logging",
}  # fmt: skip


@cache
def ambient(path: str) -> str | None:
    """The ambient state that code named ``path`` touches, if any."""
    while path not in _AMBIENT:
        path, dot, _ = path.rpartition(".")
        if not dot:
            return None
    return _AMBIENT[path]


@cache
def generator(path: str) -> str | None:
    """The global random generator that a call of ``path`` draws from or seeds, if any."""
    if path in _OWN_GENERATORS or any(path.startswith(own + ".") for own in _OWN_GENERATORS):
        return None
    if path.startswith("numpy.random."):
        return "numpy.random"
    if path.startswith("random."):
        return "random"
    return "torch" if path in _TORCH_DRAWS else None
