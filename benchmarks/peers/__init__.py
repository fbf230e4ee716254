"""How others would do it, each as its documentation says. Runs in a virtual environment of its own, without Prazo."""
