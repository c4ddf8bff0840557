"""What a render will take: trials measure, forecasts calculate."""
