"""The ready-made questions, one module each; `perturbation.all_perturbations` finds them."""
