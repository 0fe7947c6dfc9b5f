@echo off
rem Starts vibee from its sources: builds it when there is no build or something changed since, then runs it.
setlocal
set "root=%~dp0"
set "exe=%root%artifacts\bin\Vibee\release\vibee.exe"
set "stamp=%root%artifacts\built"

rem Which build of llama.cpp to fetch is remembered, so that a later rebuild does not undo the choice.
set "built="
if exist "%stamp%" set /p built=<"%stamp%"
if not defined VIBEE_LLAMA_VARIANT set "VIBEE_LLAMA_VARIANT=%built%"

if not exist "%exe%" goto build
if not exist "%stamp%" goto build
if not "%VIBEE_LLAMA_VARIANT%"=="%built%" goto build
powershell -NoProfile -Command "$t=(Get-Item '%stamp%').LastWriteTime; $s=Get-ChildItem '%root%src','%root%native','%root%*.props','%root%global.json' -Recurse -File | Where-Object { $_.FullName -notmatch 'node_modules' -and $_.LastWriteTime -gt $t } | Select-Object -First 1; exit [int]($null -ne $s)"
if errorlevel 1 goto build
goto run

:build
where dotnet >nul 2>nul || (echo vibee: the .NET 10 SDK is needed to build: https://dot.net 1>&2 & exit /b 1)
if not exist "%root%artifacts" mkdir "%root%artifacts"
rem Stamped with the time before the build, so that what is edited meanwhile is built next time.
<nul set /p "=%VIBEE_LLAMA_VARIANT%" > "%stamp%.new"
echo vibee: building (once, and again when sources change) ... 1>&2
dotnet build "%root%src\Vibee" -c Release -v minimal -nologo > "%root%artifacts\build.log" 2>&1 || (type "%root%artifacts\build.log" 1>&2 & exit /b 1)
move /y "%stamp%.new" "%stamp%" >nul

:run
"%exe%" %*
exit /b %errorlevel%
