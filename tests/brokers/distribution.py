"""Apache Kafka from Maven's artefacts, fetched once and kept outside the work tree."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

KAFKA_VERSION = "4.1.1"
JAVA_AT_LEAST = 17  # Kafka 4 brokers; KIP-1013
SLF4J_VERSION = "1.7.36"  # the line that kafka-clients brings
FETCH_S = 600
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tandem-tests" / f"kafka-{KAFKA_VERSION}"

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tandem.tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>{SLF4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def java() -> str:
    """Return the path of a Java that runs the broker; without one the test skips, in CI it fails."""
    found = shutil.which("java")
    if found is None:
        pytest.skip(f"no Apache Kafka to test with: no java on the PATH (version {JAVA_AT_LEAST} or later is needed)")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA_AT_LEAST:
        pytest.skip(f"no Apache Kafka to test with: {found} is older than Java {JAVA_AT_LEAST}")
    return found


def kafka_jars() -> Path:
    """Return the folder of the broker's jars; where they cannot be fetched the test skips, in CI it fails.

    Test processes may race: each fetches into a folder of its own, and one rename wins.
    """
    if CACHE.is_dir():
        return CACHE
    maven = shutil.which("mvn")
    if maven is None:
        pytest.skip("no Apache Kafka to test with: no mvn on the PATH to fetch it, and TANDEM_TEST_KAFKA names none")
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent, prefix="fetching-") as folder:
        pom, jars = Path(folder, "pom.xml"), Path(folder, "jars")
        pom.write_text(POM)
        fetch = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        options = [f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        try:
            subprocess.run([*fetch, *options], capture_output=True, text=True, timeout=FETCH_S, check=True)
        except subprocess.CalledProcessError as exc:
            pytest.skip(f"no Apache Kafka to test with: mvn could not fetch it: {exc.stdout[-500:]}{exc.stderr[-500:]}")
        except subprocess.TimeoutExpired:
            pytest.skip(f"no Apache Kafka to test with: mvn did not fetch it within {FETCH_S} s")
        try:
            jars.rename(CACHE)
        except OSError:
            if not CACHE.is_dir():  # else another process was faster
                raise
    return CACHE
